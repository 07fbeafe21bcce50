// `npm run simulate`: long stories under load and faults, on both sides started as for the journeys. Minutes, not seconds, because queues
// keep the real clock; `npm test` has the same story in a world of its own (test/pure/conversations/faults.test.ts).
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    environment: "node",
    include: ["test/simulation/**/*.test.ts"],
    globalSetup: ["./test/journeys/start.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
  },
})
