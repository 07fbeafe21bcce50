// Before each test in workerd: the tables are there; after it: storage is as new.
// Ids of objects are still listed after a reset, so that a test names a person of its own.
// Composed by vitest.config.ts as a setup file.
import { applyD1Migrations, reset } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { afterEach, beforeEach } from "vitest"

beforeEach(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
})

afterEach(async () => {
  await reset()
})
