// A bank that agrees to everything and does nothing: clock, faults and resets are passed on to it.
// Composed by running.ts; never deployed.

export default { fetch: (): Response => Response.json({}) }
