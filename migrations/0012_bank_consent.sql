ALTER TABLE `links` ADD `bank_consent` text;--> statement-breakpoint
CREATE INDEX `links_bank_consent` ON `links` (`bank_consent`);