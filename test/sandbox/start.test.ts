// What `npm run dev` says when it cannot start, and the keys it makes. That it starts is what every journey shows.
import { execFile } from "node:child_process"
import { calculateJwkThumbprint, importJWK } from "jose"
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer, type AddressInfo, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { ensureKeys } from "../../sandbox/keys.mjs"

const SANDBOX = fileURLToPath(new URL("../../sandbox", import.meta.url))
const MODULES = ["dev.mjs", "start.mjs", "side.mjs", "keys.mjs", "demo.mjs", "cannot-start.mjs"]

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tellerline-start-"))
})

afterEach(() => rm(dir, { recursive: true, force: true }))

describe("npm run dev says one plain sentence", () => {
  test("where the packages are not installed", async () => {
    await mkdir(join(dir, "sandbox"))
    for (const name of MODULES) await cp(join(SANDBOX, name), join(dir, "sandbox", name))
    expect(await dev({ script: join(dir, "sandbox", "dev.mjs") })).toEqual({
      code: 1,
      said: "The packages are not installed: run `npm ci` first.\n",
    })
  })

  test("where Node is too old", async () => {
    const old = 'Object.defineProperty(process.versions, "node", { value: "18.20.4" })'
    expect(await dev({ node: ["--import", `data:text/javascript,${encodeURIComponent(old)}`] })).toEqual({
      code: 1,
      said: "Tellerline needs Node 20 or newer, this is 18.20.4.\n",
    })
  })

  test.each([
    ["PORT", "127.0.0.1"],
    ["SANDBOX_PORT", "127.0.0.1"],
  ])("where the port of %s is taken", async (setting, host) => {
    const [taken, free] = [await listen(host), await listen(host)]
    const port = portOf(taken)
    const other = portOf(free)
    await close(free)
    const env = setting === "PORT" ? { PORT: port, SANDBOX_PORT: other } : { PORT: other, SANDBOX_PORT: port }
    expect(await dev({ env })).toEqual({
      code: 1,
      said: `Port ${port} is taken: free it, or choose another with ${setting}=<port>.\n`,
    })
    await close(taken)
  })

  test("where a port is none, or one for both", async () => {
    expect(await dev({ env: { PORT: "eight" } })).toEqual({
      code: 1,
      said: 'PORT is "eight": it must be a port, 1 to 65535.\n',
    })
    expect(await dev({ env: { PORT: "9000", SANDBOX_PORT: "9000" } })).toEqual({
      code: 1,
      said: "PORT and SANDBOX_PORT are both 9000: choose two.\n",
    })
  })

  test("where an option is unknown", async () => {
    expect(await dev({ words: ["--clean"] })).toEqual({
      code: 1,
      said: 'Unknown option "--clean": there are --fresh and --elsewhere.\n',
    })
  })
})

describe("ensureKeys()", () => {
  test("makes a 256-bit vault key, an ES256 key named by its thumbprint, and a 256-bit pseudonym key", async () => {
    const keys = await made()
    const vault = JSON.parse(keys["VAULT_KEYS"] ?? "").keys
    expect(vault).toEqual([{ kty: "oct", kid: expect.any(String), alg: "A256GCM", k: expect.any(String) }])
    expect(Buffer.from(vault[0].k, "base64url")).toHaveLength(32)
    expect(vault[0].kid).toMatch(/^[\w-]+$/)
    const [signing] = JSON.parse(keys["SIGNING_KEYS"] ?? "").keys
    expect(signing.kid).toBe(await calculateJwkThumbprint(signing, "sha256"))
    await expect(importJWK(signing, "ES256")).resolves.toBeDefined()
    expect(Buffer.from(keys["PSEUDONYM_KEY"] ?? "", "base64url")).toHaveLength(32)
  })

  test("changes nothing that is there, and adds what is missing", async () => {
    await writeFile(join(dir, "keys"), "PSEUDONYM_KEY='mine'")
    const keys = await made()
    expect(keys["PSEUDONYM_KEY"]).toBe("mine")
    expect(await made()).toEqual(keys)
  })

  test("refuses to make keys for data that other keys sealed", async () => {
    await mkdir(join(dir, "state/v3/d1/miniflare-D1DatabaseObject"), { recursive: true })
    await expect(made()).rejects.toThrow(/sealed with keys that are gone .*--fresh/)
  })
})

/** The file's lines as a record, after the keys were ensured. */
async function made(): Promise<Readonly<Record<string, string>>> {
  ensureKeys(join(dir, "keys"), join(dir, "state"))
  const lines = (await readFile(join(dir, "keys"), "utf8")).split("\n")
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^(\w+)='(.*)'$/.exec(line) ?? []
      return name && value !== undefined ? [[name, value]] : []
    }),
  )
}

interface Invocation {
  readonly script?: string
  readonly node?: readonly string[]
  readonly words?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

function dev({ script = join(SANDBOX, "dev.mjs"), node = [], words = [], env = {} }: Invocation) {
  return new Promise<{ readonly code: number; readonly said: string }>((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 20_000 }
    execFile(process.execPath, [...node, script, ...words], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr })
    })
  })
}

function listen(host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, host, () => resolve(server))
  })
}

function portOf(server: Server): string {
  return String((server.address() as AddressInfo).port)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
