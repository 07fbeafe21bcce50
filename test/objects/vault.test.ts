// Outer keys in real D1: the start held against the register, the pass that re-wraps, removal by two people, wrong rows and keys.
import { createExecutionContext } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { parseKeyRing, type KeyRing } from "../../src/crypto/key-ring.ts"
import { createDatabase } from "../../src/db/database.ts"
import { bankKeys, pages, banks } from "../../src/db/bank-schema.ts"
import { people, links } from "../../src/db/schema.ts"
import { createLog } from "../../src/foundation/log.ts"
import type { Random } from "../../src/foundation/id.ts"
import { DAY_SEALS_MS, LAG_MS, sum } from "../../src/vault/outer-key.ts"
import { enterOuterKey, listOuterKeys } from "../../src/vault/outer-key-store.ts"
import { checkRing, createOuterKeys } from "../../src/vault/outer-keys.ts"
import { createVault } from "../../src/vault/vault.ts"
import worker from "../../src/worker.ts"

const NOON = Date.UTC(2026, 10, 22, 12)
const PEOPLE = 600
const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
const db = () => createDatabase(env.DB)
let at = NOON
const by = (actor: string) => ({ ...bySystem("the test", at), actor })

function ringOf(...kids: readonly string[]): KeyRing {
  const keys = kids.map((kid) => ({
    kty: "oct",
    kid,
    k: new Uint8Array(32).fill(Number(kid.slice(1))).toBase64({ alphabet: "base64url", omitPadding: true }),
  }))
  const ring = parseKeyRing(JSON.stringify({ keys }))
  if (!ring.ok) throw new Error(ring.error.detail)
  return ring.value
}

function open(...kids: readonly string[]) {
  const ring = ringOf(...kids)
  const vault = createVault(ring, () => at, random)
  const keys = createOuterKeys({
    db: db(),
    ring,
    vault,
    now: () => at,
    realNow: Date.now,
    log: createLog(),
  })
  return { ring, vault, keys }
}

/** A Page's token, a month's key, people and links, all under the newest key of that vault. */
async function fill({ vault }: ReturnType<typeof open>, count = PEOPLE): Promise<void> {
  const wrapped = async (place: string) => (await vault.createKey(place)).wrapped
  await db().insert(banks).values({ id: "demo", record: "{}", updatedAt: at })
  const token = await vault.seal("page-token", "demo|pages|1|token")
  await db()
    .insert(pages)
    .values({ id: "1", bankId: "demo", record: "{}", tokenSealed: token, updatedAt: at })
  // The login it came from has left.
  await db().insert(pages).values({ id: "2", bankId: "demo", record: "{}", tokenSealed: "", updatedAt: at })
  const month = { bankId: "demo", month: "2026-11", createdAt: at }
  await db()
    .insert(bankKeys)
    .values({ ...month, wrappedKey: await wrapped("demo|bank_keys|2026-11|key") })
  for (let from = 0; from < count; from += 15)
    await db()
      .insert(people)
      .values(
        await Promise.all(
          Array.from({ length: Math.min(15, count - from) }, async (_, index) => {
            const id = `person_${from + index}`
            const wrappedKey = await wrapped(`demo|people|${id}|key`)
            return { id, bankId: "demo", pageId: "1", wrappedKey, createdAt: at }
          }),
        ),
      )
  await db().insert(links).values({
    id: "link_1",
    personId: "person_1",
    bankId: "demo",
    pageId: "1",
    customer: "pseudonym",
    state: "ended",
    epoch: 2,
    recordHash: "",
    tokensVersion: 0,
    createdAt: at,
    pendingUntil: at,
  })
}

async function kidsIn(): Promise<readonly string[]> {
  const texts = [
    ...(await db().select({ text: people.wrappedKey }).from(people)),
    ...(await db().select({ text: bankKeys.wrappedKey }).from(bankKeys)),
    ...(await db().select({ text: pages.tokenSealed }).from(pages)),
  ].map(({ text }) => text)
  return [...new Set(texts.filter(Boolean).map((text) => text.split(".")[1] ?? ""))]
}

async function start(settings: object): Promise<Response> {
  const request = new Request("http://localhost:8787/healthz")
  return worker.fetch(request as never, { ...env, ...settings }, createExecutionContext())
}

const settingOf = (...kids: readonly string[]) => ({
  VAULT_KEYS: JSON.stringify({
    keys: kids.map((kid) => ({
      kty: "oct",
      kid,
      k: new Uint8Array(32).fill(Number(kid.slice(1))).toBase64({ alphabet: "base64url", omitPadding: true }),
    })),
  }),
})

beforeEach(() => {
  at = NOON
})

describe("the start", () => {
  it("refuses a ring that lacks a key nobody let go, naming it, and takes it once two people did", async () => {
    expect((await start(settingOf("k1"))).status).toBe(200)
    expect((await start(settingOf("k2", "k1"))).status).toBe(200)
    const refused = await start(settingOf("k2"))
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({
      type: "urn:tellerline:problem:unready",
      detail: expect.stringContaining('"k1"') as string,
      settings: ["VAULT_KEYS"],
    })
    const { keys } = open("k2", "k1")
    at = Date.now()
    await keys.keep()
    at += LAG_MS + 1
    await keys.keep()
    at += DAY_SEALS_MS
    expect(await keys.remove("k1", by("jona"))).toEqual({ ok: true, value: undefined })
    expect((await start(settingOf("k2"))).status).toBe(200)
  })

  it("refuses a ring whose newest key is in wrong hands", async () => {
    await start(settingOf("k1"))
    await start(settingOf("k2", "k1"))
    await open("k2", "k1").keys.compromise("k1", by("ines"))
    expect((await start(settingOf("k1", "k2"))).status).toBe(503)
    expect((await start(settingOf("k2", "k1"))).status).toBe(200)
  })

  it("enters a key before it seals, so that going back to a ring without it is refused", async () => {
    expect(await checkRing(db(), ringOf("k1"), at)).toMatchObject({ ok: true })
    expect(await checkRing(db(), ringOf("k2", "k1"), at)).toMatchObject({ ok: true })
    expect(await checkRing(db(), ringOf("k1"), at)).toMatchObject({ ok: false, error: { kid: "k2" } })
  })
})

describe("the pass that re-wraps", () => {
  it("puts every row under the newest key, counts what is left, and then rests", async () => {
    const before = open("k1")
    await before.keys.keep()
    await fill(before)
    const after = open("k2", "k1")
    await after.keys.keep()
    expect(await kidsIn()).toEqual(["k2"])
    at += LAG_MS + 1
    const register = await after.keys.keep()
    expect(register.map(({ kid, left }) => [kid, left])).toEqual([
      ["k1", {}],
      ["k2", { pages: 1, bank_keys: 1, people: PEOPLE }],
    ])
    // The same keys as before: what lay under them opens with the new ring alone.
    const { vault } = open("k2")
    const [row] = await db().select().from(people).limit(1)
    expect(await vault.openKey(row?.wrappedKey ?? "", `demo|people|${row?.id}|key`)).toMatchObject({
      ok: true,
    })
    const [page] = await db().select().from(pages).limit(1)
    expect(await vault.open(page?.tokenSealed ?? "", "demo|pages|1|token")).toEqual({
      ok: true,
      value: "page-token",
    })
  })

  it("finds what an isolate of the release before sealed behind it", async () => {
    const before = open("k1")
    await before.keys.keep()
    const after = open("k2", "k1")
    await after.keys.keep()
    await fill(before, 3)
    at += LAG_MS
    await after.keys.keep()
    expect(await kidsIn()).toEqual(["k2"])
    expect((await after.keys.list()).find(({ kid }) => kid === "k1")).toMatchObject({
      left: {},
      onRing: true,
    })
  })

  it("leaves what does not open as it is, and says so: its key cannot go", async () => {
    const before = open("k1")
    await before.keys.keep()
    await fill(before, 2)
    const [one, other] = await db().select().from(people)
    // A row copied over another's.
    await env.DB.prepare("UPDATE people SET wrapped_key = ? WHERE id = ?")
      .bind(one?.wrappedKey ?? "", other?.id ?? "")
      .run()
    const after = open("k2", "k1")
    for (let run = 0; run < 3; run += 1) {
      await after.keys.keep()
      at += LAG_MS + 1
    }
    expect(await after.keys.list()).toMatchObject([{ kid: "k1", left: { people: 1 } }, { kid: "k2" }])
    at += DAY_SEALS_MS
    expect(await after.keys.whyNotRemove("k1")).toBe("key_named")
    expect(await after.keys.remove("k1", by("ines"))).toEqual({ ok: false, error: { reason: "key_named" } })
  })

  it("enters a key that only rows name: a backup's, and the start then asks for it", async () => {
    const old = open("k7")
    await fill(old, 1)
    const { keys, ring } = open("k2")
    await keys.keep()
    const register = await listOuterKeys(db())
    expect(sum(register.find(({ kid }) => kid === "k7")?.left ?? {})).toBe(3)
    expect(await checkRing(db(), ring, at)).toEqual({
      ok: false,
      error: { reason: "outer_key_missing", kid: "k7" },
    })
  })

  it("goes on where it was cut off", async () => {
    const before = open("k1")
    await before.keys.keep()
    await fill(before)
    // Each run ends after its first read.
    let real = 0
    const { vault, ring } = open("k2", "k1")
    const keys = createOuterKeys({
      db: db(),
      ring,
      vault,
      now: () => at,
      realNow: () => (real += 20_000),
      log: createLog(),
    })
    const seen = new Set<number>()
    for (let run = 0; run < 20; run += 1) {
      const register = await keys.keep()
      seen.add(register.find(({ kid }) => kid === "k2")?.progress.pass?.column ?? -1)
    }
    expect(await kidsIn()).toEqual(["k2"])
    expect(seen.size).toBeGreaterThan(3)
  })
})

describe("letting a key go", () => {
  it("never lets the newest go, nor one that is not known", async () => {
    const { keys } = open("k1")
    await enterOuterKey(db(), "k1", at)
    expect(await keys.remove("k1", by("ines"))).toMatchObject({ error: { reason: "key_newest" } })
    expect(await keys.remove("k9", by("ines"))).toMatchObject({ error: { reason: "key_unknown" } })
    expect(await keys.compromise("k1", by("ines"))).toEqual({ ok: false, error: { reason: "key_newest" } })
    expect(await keys.compromise("k9", by("ines"))).toEqual({ ok: false, error: { reason: "key_unknown" } })
  })
})
