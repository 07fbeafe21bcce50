CREATE TABLE `checks` (
	`page_id` text NOT NULL,
	`name` text NOT NULL,
	`due_at` integer NOT NULL,
	PRIMARY KEY(`page_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `incidents` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`bank_id` text NOT NULL,
	`page_id` text NOT NULL,
	`detail` text NOT NULL,
	`opened_at` integer NOT NULL,
	`closed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `incidents_open` ON `incidents` (`kind`,`bank_id`,`page_id`,`detail`) WHERE "incidents"."closed_at" is null;--> statement-breakpoint
CREATE INDEX `incidents_bank` ON `incidents` (`bank_id`,`opened_at`);