CREATE TABLE `departures` (
	`bank_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`requested_at` integer NOT NULL,
	`counts` text NOT NULL,
	`kept` text NOT NULL,
	`done_at` integer
);
--> statement-breakpoint
ALTER TABLE `banks` ADD `leaving_at` integer;