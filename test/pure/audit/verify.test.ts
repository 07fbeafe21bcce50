// `tellerline audit verify`, as a function and as a process: what it lets through is what the gateway's own code wrote and signed, and
// nothing else. The two share no code, so that each checks the other.
import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { fileURLToPath } from "node:url"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { entryOf } from "../../../src/audit/log-entry.ts"
import { signHead } from "../../../src/audit/log-head.ts"
import { appendLines, headOf, prepareLog } from "../../../src/audit/log-store.ts"
import { parseSigningKeys, type SigningKeys } from "../../../src/crypto/signing-keys.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { TEST_KEYS } from "../../support/keys.ts"
import { createStorage } from "../../support/person-storage.ts"

const COMMAND = fileURLToPath(new URL("../../../src/command/tellerline.mjs", import.meta.url).href)
const NOVEMBER = Date.UTC(2026, 10, 22, 9)
const SIZE = 11
/** The command is JavaScript and leans on nothing of ours. */
interface Command {
  verifyExport(
    text: string,
    more?: { readonly keys?: string; readonly since?: string },
  ): { readonly head: { readonly size: number }; readonly since?: { readonly size: number } }
}
const { verifyExport } = (await import(
  new URL("../../../src/command/audit-verify.mjs", import.meta.url).href
)) as Command
let signing: SigningKeys
let whole: string
let keys: string
let older: string
let folder: string

const line = (id: number) => ({
  id,
  bank: "demo" as BankId,
  at: NOVEMBER + id,
  actor: "ines",
  action: "link.end",
  object: `link_${id}`,
  reason: 'asked "for" – ünïcode\n',
  detail: { person: "person_x", n: id },
})

async function exportOf(
  ids: readonly number[],
  name: { bank?: string; month?: string } = {},
): Promise<string> {
  const { sql } = createStorage()
  prepareLog(sql)
  const lines = ids.map((id) => entryOf(line(id)))
  appendLines(sql, lines)
  const of = { bank: "demo", month: "2026-11", ...name }
  const head = await sign({ ...headOf(sql), ...of })
  return `{"v":1,"bank":"${of.bank}","month":"${of.month}","head":"${head}","keys":${JSON.stringify(signing.publicJwks.keys)},"entries":[
${lines.map(({ entry }) => entry).join(",\n")}
]}`
}

function sign(head: { size: number; root: string; bank: string; month: string }): Promise<string> {
  return signHead(signing, { v: 1, iss: "https://t.example", iat: 1_700_000_000, ...head })
}

beforeAll(async () => {
  const parsed = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!parsed.ok) throw new Error(parsed.error.detail)
  signing = parsed.value
  const ids = Array.from({ length: SIZE }, (_, n) => n + 1)
  whole = await exportOf(ids)
  older = (JSON.parse(await exportOf(ids.slice(0, 6))) as { head: string }).head
  keys = JSON.stringify(signing.publicJwks)
  folder = await mkdtemp(join(tmpdir(), "tellerline-verify-"))
})
afterAll(() => rm(folder, { recursive: true }))

function refusal(run: () => unknown): { readonly exitCode: number; readonly message: string } | undefined {
  try {
    run()
  } catch (failure) {
    if (failure instanceof Error && "exitCode" in failure)
      return { exitCode: Number(failure.exitCode), message: failure.message }
    throw failure
  }
  return undefined
}

describe("verifyExport()", () => {
  it("lets a whole export through, and says whether the keys were its own", () => {
    expect(verifyExport(whole)).toMatchObject({ ownKeys: true, head: { size: SIZE, bank: "demo" } })
    expect(verifyExport(whole, { keys, since: older })).toMatchObject({ ownKeys: false, since: { size: 6 } })
    const answer = JSON.stringify({ head: older, size: 6 })
    expect(verifyExport(whole, { keys, since: answer }).since?.size).toBe(6)
  })

  it("lets a log of every size through", async () => {
    for (let size = 0; size <= 9; size++) {
      const ids = Array.from({ length: size }, (_, n) => n + 1)
      expect(verifyExport(await exportOf(ids), { keys }).head.size).toBe(size)
    }
  })

  it("finds a flipped bit anywhere in it", { timeout: 30_000 }, () => {
    const bytes = Buffer.from(whole)
    const { keys: _, ...content } = JSON.parse(whole) as Record<string, unknown>
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        const text = flipped.toString("utf8")
        let same = false
        try {
          const { keys: _own, ...rest } = JSON.parse(text) as Record<string, unknown>
          same = isDeepStrictEqual(rest, content)
        } catch {
          same = false
        }
        expect(refusal(() => verifyExport(text, { keys })) === undefined).toBe(same)
      }),
      { numRuns: 1_000 },
    )
  })

  it("refuses entries taken out, put in, exchanged, and a head of another size, log, key or history", async () => {
    const content = JSON.parse(whole) as { entries: unknown[]; head: string; bank: string }
    const changed = (change: Partial<typeof content> & { month?: string }) =>
      JSON.stringify({ ...content, ...change })
    const { entries } = content
    const why = (text: string, since?: string) =>
      refusal(() => verifyExport(text, { keys, ...(since === undefined ? {} : { since }) }))?.message
    expect(why(changed({ entries: entries.slice(1) }))).toMatch(/over 11 entries/)
    expect(why(changed({ entries: [...entries, entries[0]] }))).toMatch(/over 11 entries/)
    expect(why(changed({ entries: entries.toReversed() }))).toMatch(/not those that were signed$/)
    expect(why(changed({ bank: "other" }))).toMatch(/another log/)
    expect(why(changed({ month: "2026-12" }))).toMatch(/another log/)
    expect(why(await exportOf([1], { month: "2026-12" }))).toMatch(/entry 0 belongs into another log/)
    expect(why(whole, (JSON.parse(await exportOf([1, 3])) as { head: string }).head)).toMatch(
      /first 2 entries/,
    )
    const ahead = Array.from({ length: 20 }, (_, n) => n + 1)
    expect(why(whole, (JSON.parse(await exportOf(ahead)) as { head: string }).head)).toMatch(
      /over 20 entries/,
    )
    const foreign = await sign({ size: 0, root: "x", bank: "other", month: "2026-11" })
    expect(why(whole, foreign)).toMatch(/older head is of another log/)
    expect(refusal(() => verifyExport(whole, { keys: '{"keys":[]}' }))?.message).toMatch(/not in the key set/)
    expect(refusal(() => verifyExport(whole, { keys: "{}" }))?.exitCode).toBe(2)
    expect(refusal(() => verifyExport("[]"))?.exitCode).toBe(2)
    expect(refusal(() => verifyExport("no"))?.exitCode).toBe(2)
  })

  it("refuses a head that is signed as something else, or not at all", () => {
    const [, payload = "", signature = ""] = (JSON.parse(whole) as { head: string }).head.split(".")
    const header = (more: object) =>
      Buffer.from(
        JSON.stringify({ alg: "ES256", kid: signing.kid, typ: "tellerline-audit-head+jws", ...more }),
      ).toString("base64url")
    for (const head of [
      `${header({ alg: "none" })}.${payload}.`,
      `${header({ alg: "none" })}.${payload}.${signature}`,
      `${header({ alg: "HS256" })}.${payload}.${signature}`,
      `${header({ typ: "JWT" })}.${payload}.${signature}`,
      `${header({ x: 1 })}.${payload}.${signature}`,
      "a.b.c",
    ])
      expect(
        refusal(() => verifyExport(JSON.stringify({ ...JSON.parse(whole), head }), { keys }))?.exitCode,
      ).toBe(1)
  })
})

describe("tellerline audit verify", () => {
  async function run(text: string, ...more: readonly string[]) {
    const file = join(folder, "export.json")
    await writeFile(file, text)
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const child = execFile(process.execPath, [COMMAND, "audit", "verify", file, ...more], (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      )
    })
  }

  it("says what holds with exit code 0, what does not with 1, what it cannot read with 2; and asks no gateway", async () => {
    await writeFile(join(folder, "keys.json"), keys)
    await writeFile(join(folder, "head.jws"), `${older}\n`)
    const good = await run(whole, "--keys", join(folder, "keys.json"), "--since", join(folder, "head.jws"))
    expect([good.code, good.err]).toEqual([0, ""])
    expect(good.out).toMatch(/^Whole: 11 entries of demo in 2026-11/)
    expect(good.out).toContain("It goes on from the 6 entries signed before.")
    const forged = await run(whole.replace("link_7", "link_8"))
    expect([forged.code, forged.err]).toEqual([1, "tellerline: the entries are not those that were signed\n"])
    expect((await run("nothing")).code).toBe(2)
    expect((await run(whole, "--keys", join(folder, "none.json"))).code).toBe(2)
  })
})
