CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`bank_id` text NOT NULL,
	`object` text NOT NULL,
	`asked` text NOT NULL,
	`state` text NOT NULL,
	`asked_by` text NOT NULL,
	`asked_reason` text NOT NULL,
	`asked_at` integer NOT NULL,
	`until` integer NOT NULL,
	`decided_by` text,
	`decided_reason` text,
	`decided_at` integer
);
--> statement-breakpoint
CREATE INDEX `approvals_bank` ON `approvals` (`bank_id`,`asked_at`);--> statement-breakpoint
CREATE TABLE `vault_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`first_seen_at` integer NOT NULL,
	`replaced_at` integer,
	`compromised_at` integer,
	`renewed_at` integer,
	`removed_at` integer,
	`left` text NOT NULL,
	`counted_at` integer NOT NULL,
	`progress` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `bank_keys` ADD `former_wrapped_key` text;--> statement-breakpoint
ALTER TABLE `bank_keys` ADD `keyed_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `links` ADD `keyed_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `people` ADD `former_wrapped_key` text;--> statement-breakpoint
ALTER TABLE `people` ADD `keyed_at` integer DEFAULT 0 NOT NULL;