// A bank that agrees to everything and does nothing: clock, faults and resets are passed on to it.
// Named by the wrangler.toml beside it, which running.ts starts; never deployed.

export default { fetch: () => Response.json({}) }
