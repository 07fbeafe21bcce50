// The one failure a person at a terminal is meant to read.
// Thrown by sandbox/start.mjs and sandbox/keys.mjs, shown by sandbox/dev.mjs.

/** A start refused for a reason a person can act on; its message is the whole sentence to show. */
export class CannotStart extends Error {}
