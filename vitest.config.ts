// One command, five projects, one summary line. `vitest run --project pure` runs one of them alone.
// Each states its order: on a machine of two cores vitest runs those that do not after all that do.
// Only `objects` runs inside workerd; the journeys start after all others, and only when one of them is asked for.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import { TEST_KEYS } from "./test/support/keys.ts"
import { keepTemporaryInMemory } from "./test/support/memory-disk.ts"

keepTemporaryInMemory()

/** The pages are hono's JSX; vite's default is React's. */
const jsx = { oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } } } as const

/** Files by name, so that the scan of raw storage comes after every other journey. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((left, right) => left.moduleId.localeCompare(right.moduleId))
  }
}

export default defineConfig(async () => ({
  test: {
    sequence: { sequencer: ByName },
    // "src/**" would stop at a .bin: "File appears to be binary".
    coverage: { provider: "istanbul" as const, include: ["src/**/*.ts", "src/**/*.tsx"] },
    projects: [
      {
        ...jsx,
        test: {
          name: "pure",
          environment: "node",
          include: ["test/pure/**/*.test.{ts,tsx}"],
          // Long enough for a loaded machine: how fast something is, is the bench's to say.
          testTimeout: 60_000,
          setupFiles: ["./test/support/node.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...jsx,
        test: {
          name: "sandbox",
          environment: "node",
          include: ["test/sandbox/**/*.test.{ts,tsx}"],
          testTimeout: 60_000,
          setupFiles: ["./test/support/node.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...jsx,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { TEST_MIGRATIONS: await readD1Migrations("migrations"), ...TEST_KEYS },
            },
          }),
        ],
        test: {
          name: "objects",
          include: ["test/objects/**/*.test.{ts,tsx}"],
          setupFiles: ["./test/objects/setup.ts"],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "check",
          environment: "node",
          include: ["test/check/**/*.test.ts"],
          testTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "journeys",
          environment: "node",
          include: ["test/journeys/**/*.test.ts"],
          globalSetup: ["./test/journeys/start.ts"],
          setupFiles: ["./test/journeys/leave-clean.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each worker has a pair of both sides of its own (test/journeys/house.ts).
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
}))
