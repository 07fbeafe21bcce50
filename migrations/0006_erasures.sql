CREATE TABLE `erasures` (
	`code` text PRIMARY KEY NOT NULL,
	`person_id` text,
	`page_id` text NOT NULL,
	`bank_id` text NOT NULL,
	`cause` text NOT NULL,
	`requested_at` integer NOT NULL,
	`ended_at` integer,
	`wiped_at` integer,
	`done_at` integer,
	`until` integer
);
--> statement-breakpoint
CREATE INDEX `erasures_person` ON `erasures` (`person_id`);--> statement-breakpoint
CREATE INDEX `erasures_open` ON `erasures` (`done_at`,`requested_at`);--> statement-breakpoint
CREATE INDEX `erasures_until` ON `erasures` (`until`);--> statement-breakpoint
ALTER TABLE `consents` ADD `customer` text;--> statement-breakpoint
CREATE INDEX `consents_customer` ON `consents` (`customer`);