CREATE TABLE `waits` (
	`minute` integer NOT NULL,
	`lane` text NOT NULL,
	`bank_id` text NOT NULL,
	`waited` integer NOT NULL,
	PRIMARY KEY(`minute`, `lane`, `bank_id`)
);
