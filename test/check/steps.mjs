// What `npm run check` checks, one function a step: each is given the tree to look at and says whether it holds.
// Tests are not among them; those are `npm test`. Nothing here writes into the tree.
// Composed by test/check/check.mjs.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { checkBundle } from "./bundle.mjs"
import { checkFloors } from "./floors.mjs"
import { checkLock } from "./lock.mjs"
import { checkPlaces } from "./places.mjs"
import { run } from "./run.mjs"

/** Source a person writes; whatever of it the tree has. */
const WRITTEN = [
  "src",
  "sandbox",
  "test",
  "vitest.config.ts",
  "drizzle.config.ts",
  "knip.config.ts",
  ".dependency-cruiser.mjs",
]

/** One TypeScript project for each set of globals, so that none leaks into another. */
const PROJECTS = [
  "tsconfig.json",
  "tsconfig.test.json",
  "tsconfig.pure.json",
  "tsconfig.sandbox.json",
  "tsconfig.bank.json",
  "tsconfig.node.json",
  "test/bench/tsconfig.json",
]

/** In the order they run: what fails quickest and oftenest first.
 * @type {Readonly<Record<string, (root: string) => Promise<import("./run.mjs").Outcome>>>} */
export const STEPS = {
  env: (root) => run(root, "wrangler", "types", "--include-runtime=false", "--check"),
  types: checkTypes,
  lint: (root) => run(root, "oxlint", "--type-aware", "--deny-warnings", "--format=unix", ...written(root)),
  format: (root) => run(root, "oxfmt", "--check", ...written(root)),
  floors: checkFloors,
  unused: (root) => run(root, "knip", "--no-progress"),
  bundle: checkBundle,
  lock: checkLock,
  places: checkPlaces,
}

async function checkTypes(root) {
  const outcomes = []
  for (const project of PROJECTS) outcomes.push(await run(root, "tsc", "--noEmit", "-p", project))
  const failed = outcomes.filter((outcome) => !outcome.ok)
  // Two projects read src: a fault there is told once.
  const lines = new Set(failed.flatMap((outcome) => outcome.output.split("\n")))
  return { ok: failed.length === 0, output: [...lines].join("\n") }
}

function written(root) {
  return WRITTEN.filter((path) => existsSync(join(root, path)))
}
