CREATE TABLE `login_deletions` (
	`code` text PRIMARY KEY NOT NULL,
	`requested_at` integer NOT NULL,
	`connections` integer NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `login_deletions_until` ON `login_deletions` (`until`);--> statement-breakpoint
CREATE TABLE `page_connections` (
	`page_id` text NOT NULL,
	`login` text NOT NULL,
	`connected_at` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`page_id`, `login`)
);
--> statement-breakpoint
CREATE INDEX `page_connections_login` ON `page_connections` (`login`);