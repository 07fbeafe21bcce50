CREATE TABLE `audit_outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`bank_id` text NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`object` text NOT NULL,
	`reason` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `bank_keys` (
	`bank_id` text NOT NULL,
	`month` text NOT NULL,
	`wrapped_key` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`bank_id`, `month`)
);
--> statement-breakpoint
CREATE TABLE `banks` (
	`id` text PRIMARY KEY NOT NULL,
	`record` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `consents` (
	`id` text PRIMARY KEY NOT NULL,
	`link_id` text NOT NULL,
	`bank_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`kind` text NOT NULL,
	`record` text NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `consents_link` ON `consents` (`link_id`,`epoch`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`queue` text NOT NULL,
	`reason` text NOT NULL,
	`attempts` integer NOT NULL,
	`job` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dead_letters_bank` ON `dead_letters` (`bank_id`,`at`);--> statement-breakpoint
CREATE INDEX `dead_letters_until` ON `dead_letters` (`until`);--> statement-breakpoint
CREATE TABLE `links` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`bank_id` text NOT NULL,
	`page_id` text NOT NULL,
	`customer` text NOT NULL,
	`state` text NOT NULL,
	`epoch` integer NOT NULL,
	`record_hash` text NOT NULL,
	`wrapped_key` text,
	`tokens_sealed` text,
	`customer_sealed` text,
	`tokens_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`pending_until` integer NOT NULL,
	`ended_at` integer,
	`ended_reason` text
);
--> statement-breakpoint
CREATE INDEX `links_customer` ON `links` (`customer`,`state`);--> statement-breakpoint
CREATE INDEX `links_person` ON `links` (`person_id`,`state`);--> statement-breakpoint
CREATE INDEX `links_pending` ON `links` (`state`,`pending_until`);--> statement-breakpoint
CREATE TABLE `pages` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`record` text NOT NULL,
	`token_sealed` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`bank_id`) REFERENCES `banks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `people` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`page_id` text NOT NULL,
	`wrapped_key` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `templates` (
	`page_id` text NOT NULL,
	`name` text NOT NULL,
	`language` text NOT NULL,
	`status` text NOT NULL,
	`checked_at` integer NOT NULL,
	PRIMARY KEY(`page_id`, `name`, `language`)
);
