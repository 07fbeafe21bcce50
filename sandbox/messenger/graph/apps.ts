// The apps that can hold a thread: ours, the Page's Inbox where people type, and one stranger for tests.
// Source: reference/messenger-platform.md 7.1.

import { APP_ID } from "../development.ts"

/** Where a Page's staff answer by hand. */
export const INBOX_APP_ID = "263902037430900"

/** Somebody else's app on the same Page. */
export const OTHER_APP_ID = "1000000000000002"

const APPS: readonly string[] = [APP_ID, INBOX_APP_ID, OTHER_APP_ID, "1217981644879628", "413038776280800"]

/** True for an app that a thread can be passed to. */
export const isKnownApp = (id: string): boolean => APPS.includes(id)
