// That the other gate is a gate: each fault is planted in a small house of its own, and `check` must name it.
// The house without a fault passes, so that it is the fault that fails. The working tree is not touched.
import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

const PROJECT = fileURLToPath(new URL("../..", import.meta.url))
const SETTINGS = [
  ".dependency-cruiser.mjs",
  ".oxlintrc.json",
  ".oxfmtrc.json",
  ".npmrc",
  "package.json",
  "package-lock.json",
  "tsconfig.base.json",
  "tsconfig.json",
  "wrangler.toml",
  "worker-configuration.d.ts",
]

/** A house of five files that keeps every rule. */
const HOUSE: Readonly<Record<string, string>> = {
  "src/foundation/result.ts": "export interface Ok {\n  readonly ok: true\n}\n",
  "src/messenger/message.ts":
    'import type { Ok } from "../foundation/result.ts"\n\nexport async function send(): Promise<Ok> {\n  return { ok: true }\n}\n',
  "src/banks/bank.ts": 'export const BANK = "demo"\n',
  "src/conversations/person.ts":
    'import { BANK } from "../banks/bank.ts"\nimport { send } from "../messenger/message.ts"\n\nexport async function greet(): Promise<string> {\n  await send()\n  return BANK\n}\n',
  "src/worker.ts":
    'import { DurableObject } from "cloudflare:workers"\nimport { greet } from "./conversations/person.ts"\n\nexport class Conversation extends DurableObject {}\nexport class Page extends DurableObject {}\nexport class AuditLog extends DurableObject {}\nexport class Line extends DurableObject {}\n\nexport default {\n  fetch: async () => new Response(await greet()),\n  async queue() {},\n  async scheduled() {},\n}\n',
}

let house: string

beforeEach(async () => {
  house = await mkdtemp(join(tmpdir(), "tellerline-check-"))
  for (const name of SETTINGS) await cp(join(PROJECT, name), join(house, name))
  await symlink(join(PROJECT, "node_modules"), join(house, "node_modules"), "dir")
  for (const [path, text] of Object.entries(HOUSE)) await put(path, text)
})

afterEach(() => rm(house, { recursive: true, force: true }))

describe("check", () => {
  test("passes a house that keeps every rule", async () => {
    const { code, output } = await check("lint", "format", "floors", "bundle", "lock", "places")
    expect(output).toContain("check: 6 steps ok")
    expect(code).toBe(0)
  })

  test("fails for a room that leans on its own floor", async () => {
    await put(
      "src/messenger/message.ts",
      'import { BANK } from "../banks/bank.ts"\n\nexport const send = () => BANK\n',
    )
    await expectFailure("floors", /floor-of-messenger: src\/messenger\/message\.ts -> src\/banks\/bank\.ts/)
  })

  test("fails for a room that leans on a floor above it, be it for a type", async () => {
    await put(
      "src/foundation/result.ts",
      'import type { send } from "../messenger/message.ts"\n\nexport interface Ok {\n  readonly ok: true\n  readonly send?: typeof send\n}\n',
    )
    await expectFailure(
      "floors",
      /floor-of-foundation: src\/foundation\/result\.ts -> src\/messenger\/message\.ts/,
    )
  })

  test("fails for a room that has no floor", async () => {
    await put("src/helpers/text.ts", 'import { BANK } from "../banks/bank.ts"\n\nexport const text = BANK\n')
    await expectFailure("floors", /room-without-floor: src\/helpers\/text\.ts/)
  })

  test("fails for a circle inside one room", async () => {
    await put("src/banks/one.ts", 'import { two } from "./two.ts"\n\nexport const one = () => two\n')
    await put("src/banks/two.ts", 'import { one } from "./one.ts"\n\nexport const two = () => one\n')
    await expectFailure(
      "floors",
      /no-circle: src\/banks\/one\.ts -> src\/banks\/two\.ts -> src\/banks\/one\.ts/,
    )
  })

  test("fails for a file outside the shells that imports cloudflare:*", async () => {
    await put(
      "src/banks/bank.ts",
      'import { env } from "cloudflare:workers"\n\nexport const BANK = String(env)\n',
    )
    await expectFailure("floors", /shells-only: src\/banks\/bank\.ts -> cloudflare:workers/)
  })

  test("fails for src that imports the sandbox, and the sandbox that imports src", async () => {
    await put("sandbox/seed.ts", 'import { BANK } from "../src/banks/bank.ts"\n\nexport const SEED = BANK\n')
    await put(
      "src/banks/more.ts",
      'import { SEED } from "../../sandbox/seed.ts"\n\nexport const MORE = SEED\n',
    )
    await expectFailure("floors", /src-stands-alone: [^]*|sandbox-stands-alone: /)
    const { output } = await check("floors")
    expect(output).toContain("src-stands-alone: src/banks/more.ts -> sandbox/seed.ts")
    expect(output).toContain("sandbox-stands-alone: sandbox/seed.ts -> src/banks/bank.ts")
  })

  test("fails where the floors' reader read fewer modules than src has files", async () => {
    const settings = join(house, ".dependency-cruiser.mjs")
    const text = await readFile(settings, "utf8")
    await writeFile(settings, text.replace("exclude: { path: ", 'exclude: { path: "^src/banks|" + '))
    await expectFailure("floors", /not read: src\/banks\/bank\.ts/)
  })

  test("fails for a floating promise", async () => {
    await put(
      "src/conversations/person.ts",
      'import { send } from "../messenger/message.ts"\n\nexport function greet(): string {\n  send()\n  return ""\n}\n',
    )
    await expectFailure("lint", /no-floating-promises/)
  })

  test.each([
    ["Buffer", 'export const BANK = Buffer.from("demo").toString("hex")\n', /'Buffer'/],
    ["process", "export const BANK = process.platform\n", /'process'/],
    [
      "node:",
      'import { hostname } from "node:os"\n\nexport const BANK = hostname()\n',
      /no-restricted-imports/,
    ],
  ])("fails for %s in src", async (_name, text, finding) => {
    await put("src/banks/bank.ts", text)
    await expectFailure("lint", finding)
  })

  test("fails for Node in the bundle, from wherever it comes", async () => {
    await put("src/banks/bank.ts", 'import { hostname } from "node:os"\n\nexport const BANK = hostname()\n')
    await expectFailure("bundle", /node:os/)
  })

  test("fails for a bundle above its size", async () => {
    const noise = Array.from({ length: 80_000 }, (_, n) => Math.sin(n).toString(36)).join("")
    await put("src/banks/bank.ts", `export const BANK = "${noise}"\n`)
    await expectFailure("bundle", /bytes gzip/)
  })

  test("fails for a lock file that does not hold what package.json asks for", async () => {
    const file = join(house, "package.json")
    const manifest = JSON.parse(await readFile(file, "utf8"))
    manifest.dependencies.hono = "4.13.18"
    await writeFile(file, JSON.stringify(manifest))
    await expectFailure("lock", /hono/)
  })

  test("fails for a lock file that lacks another platform's optional package", async () => {
    const file = join(house, "package-lock.json")
    const lock = JSON.parse(await readFile(file, "utf8"))
    const foreign = Object.keys(lock.packages).find((name) => /oxlint.*win32-arm64/.test(name))
    expect(foreign).toBeDefined()
    delete lock.packages[foreign ?? ""]
    await writeFile(file, JSON.stringify(lock))
    await expectFailure("lock", /Missing: /)
  })

  test("fails for a home directory and a registry's address in a file", async () => {
    await put("docs/notes.md", `See ${["", "home", "someone", "notes"].join("/")}\n`)
    await put("docs/more.md", `From https://${["registry", "npmjs", "org"].join(".")}/hono\n`)
    await expectFailure(
      "places",
      /docs\/more\.md:1 names a package registry\n\s+docs\/notes\.md:1 names a home directory/,
    )
  })

  test("fails for a file that was not formatted", async () => {
    await put("src/banks/bank.ts", "export const BANK = 'demo';\n")
    await expectFailure("format", /src\/banks\/bank\.ts/)
  })

  test("refuses a step it does not have", async () => {
    const { code, output } = await check("floor")
    expect(output).toContain('No step "floor"')
    expect(code).toBe(1)
  })
})

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(house, path)), { recursive: true })
  await writeFile(join(house, path), text)
}

async function expectFailure(step: string, finding: RegExp): Promise<void> {
  const { code, output } = await check(step)
  expect(output).toMatch(finding)
  expect(output).toContain("check: 1 of 1 steps failed")
  expect(code).toBe(1)
}

function check(...steps: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const words = [join(PROJECT, "test/check/check.mjs"), "--root", house, ...steps]
  return new Promise((resolve) => {
    execFile(process.execPath, words, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr })
    })
  })
}
