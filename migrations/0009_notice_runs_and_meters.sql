CREATE TABLE `meters` (
	`minute` integer NOT NULL,
	`queue` text NOT NULL,
	`batches` integer NOT NULL,
	`messages` integer NOT NULL,
	`items` integer NOT NULL,
	`retried` integer NOT NULL,
	`c0` integer NOT NULL,
	`c1` integer NOT NULL,
	`c2` integer NOT NULL,
	`c3` integer NOT NULL,
	`c4` integer NOT NULL,
	`c5` integer NOT NULL,
	`c6` integer NOT NULL,
	`c7` integer NOT NULL,
	`c8` integer NOT NULL,
	`c9` integer NOT NULL,
	`c10` integer NOT NULL,
	`c11` integer NOT NULL,
	PRIMARY KEY(`minute`, `queue`)
);
--> statement-breakpoint
CREATE TABLE `notice_left` (
	`run_id` text NOT NULL,
	`page_id` text NOT NULL,
	`link_id` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `page_id`, `link_id`)
);
--> statement-breakpoint
CREATE TABLE `notice_pages` (
	`run_id` text NOT NULL,
	`page_id` text NOT NULL,
	`after` text NOT NULL,
	`job` integer NOT NULL,
	`told` integer NOT NULL,
	`not_told` integer NOT NULL,
	`walked_at` integer,
	`done_at` integer,
	`moved_at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `page_id`)
);
--> statement-breakpoint
CREATE INDEX `notice_pages_moved` ON `notice_pages` (`done_at`,`moved_at`);--> statement-breakpoint
CREATE TABLE `notice_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`state` text NOT NULL,
	`event_sealed` text NOT NULL,
	`people` integer NOT NULL,
	`received_at` integer NOT NULL,
	`stale_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `notice_runs_bank` ON `notice_runs` (`bank_id`,`received_at`);--> statement-breakpoint
CREATE INDEX `notice_runs_state` ON `notice_runs` (`state`,`received_at`);--> statement-breakpoint
CREATE INDEX `links_page` ON `links` (`page_id`,`state`,`id`);