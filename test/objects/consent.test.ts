// The consent record of live links in real D1, and every way out that does not begin in the chat: each step fails once, and what is
// repeated afterwards ends as if nothing had failed.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, test } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import type { Holding } from "../../src/conversations/consent-view.ts"
import { createLeaving, type LeavingWorld } from "../../src/conversations/leaving.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { createPseudonyms } from "../../src/crypto/pseudonym.ts"
import { fromBase64url } from "../../src/crypto/text.ts"
import { createDatabase } from "../../src/db/database.ts"
import {
  createLinkId,
  type BankId,
  type LinkId,
  type PageId,
  type PersonId,
  type Random,
} from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import type { Job } from "../../src/jobs/job.ts"
import { accountDigests, givenRecord, type ChangedRecord } from "../../src/links/consent-record.ts"
import { rebuildConsent } from "../../src/links/consent-rebuild.ts"
import { appendChange, listRecords, listRecordsOf } from "../../src/links/consent-store.ts"
import { foldConsents } from "../../src/links/consent-fold.ts"
import type { LinkCustomer } from "../../src/links/link.ts"
import { endLink, findLink, type RecordMark } from "../../src/links/link-store.ts"
import { appendConsent, insertPending } from "../../src/links/linking-store.ts"
import { findConsentCustomer, isOtherLinks } from "../../src/links/link-consent.ts"
import { placeOf } from "../../src/links/link-tokens.ts"
import { goLive } from "../../src/links/opening-store.ts"
import { createVault } from "../../src/vault/vault.ts"
import { recordingLog } from "../support/bank.ts"
import { BANK } from "../support/fake-bank.ts"
import { TEST_KEYS } from "../support/keys.ts"

const DEMO = "demo" as BankId
const PAGE = "100000000000001" as PageId
const ALICE = "person_alice" as PersonId
const BOB = "person_bob" as PersonId
const T = Date.UTC(2026, 10, 22, 9)
const UNTIL = T + 180 * 86_400_000
const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
const by = () => bySystem("test", T)
const db = createDatabase(env.DB)

async function createWorld() {
  const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
  const pepper = fromBase64url(TEST_KEYS.PSEUDONYM_KEY)
  if (!ring.ok || !pepper) throw new Error("test keys")
  return { vault: createVault(ring.value, () => T, random), pseudonyms: await createPseudonyms(pepper) }
}

let world: Awaited<ReturnType<typeof createWorld>>
beforeEach(async () => {
  world = await createWorld()
})

const ACCOUNT = { id: "acc-1", kind: "checking", label: "Everyday", last4: "4821", currency: "EUR" } as const

/** A live link of Alice's. */
async function live(
  reference = "reference-of-alice",
  bankConsent?: string,
): Promise<{ readonly link: LinkId; readonly mark: RecordMark }> {
  const { vault, pseudonyms } = world
  const link = createLinkId(random)
  const { wrapped, key } = await vault.createKey(placeOf(DEMO, link, "key"))
  const customer: LinkCustomer = { v: 1, reference, accounts: [ACCOUNT] }
  await insertPending(
    db,
    {
      id: link,
      person: ALICE,
      bank: DEMO,
      page: PAGE,
      customer: await pseudonyms.customerOf(DEMO, reference),
      ...(bankConsent ? { bankConsent: await pseudonyms.consentOf(DEMO, bankConsent) } : {}),
      wrappedKey: wrapped,
      tokensSealed: await key.seal("{}", placeOf(DEMO, link, "tokens")),
      customerSealed: await key.seal(JSON.stringify(customer), placeOf(DEMO, link, "customer")),
    },
    by(),
  )
  const given = await givenRecord(BANK, "Operations", pseudonyms, {
    link,
    epoch: 1,
    purposes: ["fraud_alerts", "account_service"],
    showAmounts: true,
    accounts: [ACCOUNT],
    textSha256: "s",
    language: "en",
    givenAt: T,
    until: UNTIL,
    previous: "",
  })
  await appendConsent(db, given, by(), random)
  const went = await goLive(db, link, ALICE, 1, by(), random)
  if (!went.ok) throw new Error(went.error.reason)
  return { link, mark: went.value }
}

async function change(link: LinkId, from: RecordMark, id: string): Promise<ChangedRecord> {
  return {
    v: 1,
    kind: "narrowed",
    link,
    epoch: from.epoch + 1,
    purposes: ["fraud_alerts"],
    showAmounts: false,
    accounts: await accountDigests(world.pseudonyms, DEMO, link, [ACCOUNT]),
    language: "en",
    until: UNTIL,
    actor: "customer",
    evidence: "chat",
    change: id,
    at: T,
    previous: from.recordHash,
  }
}

describe("appendChange()", () => {
  test("appends once however often it is repeated, and the chain folds to what is in force", async () => {
    const { link, mark } = await live()
    const record = await change(link, mark, "c1")
    const first = await appendChange(db, ALICE, record, by(), random)
    expect(first).toMatchObject({ ok: true, value: { epoch: 3 } })
    expect(await appendChange(db, ALICE, record, by(), random)).toEqual(first)
    const kept = await listRecords(db, link)
    expect(kept.map(({ kind }) => kind)).toEqual(["given", "confirmed", "narrowed"])
    expect(await foldConsents(kept)).toMatchObject({
      ok: true,
      value: { state: "live", purposes: ["fraud_alerts"], showAmounts: false, epoch: 3 },
    })
    expect((await listRecordsOf(db, ALICE)).filter((each) => each.link === link)).toEqual(kept)
  })

  test("P4: of two changes made from one record one is taken; nobody else's link, no ended one, none unfounded", async () => {
    const { link, mark } = await live()
    const [one, two] = await Promise.all(
      ["c1", "c2"].map(async (id) => appendChange(db, ALICE, await change(link, mark, id), by(), random)),
    )
    expect([one, two].filter((each) => each?.ok)).toHaveLength(1)
    const now = await findLink(db, link)
    if (!now) throw new Error("no link")
    expect(await appendChange(db, BOB, await change(link, now, "c3"), by(), random)).toEqual(
      err({ reason: "other_person" }),
    )
    const unfounded = await change(link, { ...now, recordHash: "other" }, "c4")
    expect(await appendChange(db, ALICE, unfounded, by(), random)).toEqual(err({ reason: "link_changed" }))
    await endLink(db, link, "disconnected", by(), random)
    expect(await appendChange(db, ALICE, await change(link, now, "c5"), by(), random)).toEqual(
      err({ reason: "link_gone" }),
    )
    expect((await foldConsents(await listRecords(db, link))).ok).toBe(true)
  })
})

describe("rebuildConsent()", () => {
  test("gives what the record proves, with the accounts its digests name", async () => {
    const { link, mark } = await live()
    await appendChange(db, ALICE, await change(link, mark, "c1"), by(), random)
    expect(await rebuildConsent({ db, ...world }, link, "Demo Bank")).toMatchObject({
      ok: true,
      value: { link, purposes: ["fraud_alerts"], accounts: [ACCOUNT], until: UNTIL, epoch: 3 },
    })
  })

  test("P4: proves nothing where a record was altered, or the link was put beside its records", async () => {
    const { link } = await live()
    await env.DB.prepare(
      "update consents set record = replace(record, 'account_service', 'support_chat') where link_id = ?",
    )
      .bind(link)
      .run()
    expect(await rebuildConsent({ db, ...world }, link, "Demo Bank")).toEqual(
      err({ reason: "record_broken" }),
    )
    const other = await live()
    await env.DB.prepare("update links set epoch = 7 where id = ?").bind(other.link).run()
    expect(await rebuildConsent({ db, ...world }, other.link, "Demo Bank")).toEqual(
      err({ reason: "record_broken" }),
    )
  })
})

/** Ways out over a Conversation and queues of the test's. `fails`: that step throws the next time it comes. */
function leavingWorld(holding: Holding = "live") {
  const did: string[] = []
  const posted: Job[] = []
  const fails = new Set<string>()
  const step = async (name: string, act: () => unknown = () => undefined): Promise<void> => {
    if (fails.delete(`${name} before`)) throw new Error(`${name} before`)
    await act()
    did.push(name)
    if (fails.delete(`${name} after`)) throw new Error(`${name} after`)
  }
  const given: LeavingWorld = {
    db,
    holderOf: () =>
      Promise.resolve({
        endLink: (request) => step(`object:${request.reason}`).then(() => holding),
        settleLink: () => step("settle").then(() => holding),
        changeConsent: () => Promise.resolve(undefined),
      }),
    customerOf: world.pseudonyms.customerOf,
    linkReports: {
      confirmed: () => Promise.resolve("confirmed"),
      activated: () => Promise.resolve(),
      changed: () => Promise.resolve(),
      unreminded: () => Promise.resolve(),
      ended: (_, reason) => step(`report:${reason}`),
    },
    post: async (_, jobs) => {
      await step("post", () => posted.push(...jobs))
      return ok(undefined)
    },
    now: () => T,
    random,
    log: recordingLog().log,
  }
  return { leaving: createLeaving(given), did, posted, fails }
}

describe("leaving", () => {
  const how = { reason: "revoked_by_bank", by: bySystem("bank", T) } as const

  test("P4: the Conversation first, then the directory; the rest is the Conversation's, which had the link", async () => {
    const { link } = await live()
    const { leaving, did } = leavingWorld()
    expect(await leaving.end(link, how)).toBe("ended")
    expect(did).toEqual(["object:revoked_by_bank"])
    expect(await findLink(db, link)).toMatchObject({ state: "ended" })
  })

  test("one that had it not leaves the rest here: the bank's report, the chore; repeated it changes nothing", async () => {
    const { link } = await live()
    const { leaving, did, posted } = leavingWorld("not_held")
    expect(await leaving.end(link, how)).toBe("ended")
    expect(did).toEqual(["object:revoked_by_bank", "report:revoked_by_bank", "post"])
    expect(posted).toMatchObject([{ kind: "revoke_link", link }])
    const ended = await findLink(db, link)
    expect(ended).toMatchObject({ state: "ended" })
    expect(await leaving.end(link, how)).toBe("ended")
    expect(await findLink(db, link)).toEqual(ended)
    expect(await leaving.end(createLinkId(random), how)).toBe("unknown")
  })

  test.each(["report:revoked_by_bank before", "report:revoked_by_bank after", "post before", "post after"])(
    "broken off at %s and begun again, it ends whole",
    async (step) => {
      const { link } = await live()
      const { leaving, did, posted, fails } = leavingWorld("empty")
      fails.add(step)
      await expect(leaving.end(link, how)).rejects.toThrow(step)
      expect(await leaving.end(link, how)).toBe("ended")
      expect(did).toContain("report:revoked_by_bank")
      expect(posted.some((job) => job.kind === "revoke_link")).toBe(true)
      expect(await findLink(db, link)).toMatchObject({ state: "ended" })
      expect((await listRecords(db, link)).filter(({ kind }) => kind === "revoked_by_bank")).toHaveLength(1)
    },
  )

  test("a Conversation that does not answer does not keep the link alive: the directory ends it, a chore goes on asking", async () => {
    const { link } = await live()
    const { leaving, posted, fails } = leavingWorld()
    fails.add("object:revoked_by_bank before")
    expect(await leaving.end(link, how)).toBe("ending")
    expect(await findLink(db, link)).toMatchObject({ state: "ended" })
    expect(posted.map(({ kind }) => kind)).toEqual(["revoke_link", "end_link"])
    expect(await leaving.endAgain(link, how)).toBe("ended")
  })

  test("a customer's links end together, but not one made since", async () => {
    const reference = "reference-of-a-customer"
    const { link } = await live(reference)
    const { leaving, did } = leavingWorld()
    await env.DB.prepare(
      "insert or ignore into people (id, bank_id, page_id, wrapped_key, created_at) values (?, 'demo', ?, 'v1.wrapped', 0)",
    )
      .bind(ALICE, PAGE)
      .run()
    expect(await leaving.endCustomer(DEMO, reference, how, T)).toEqual({ links: 0, ended: true })
    expect(await leaving.endCustomer("other" as BankId, reference, how)).toEqual({ links: 0, ended: true })
    expect(did).toEqual([])
    expect(await leaving.endCustomer(DEMO, reference, how, T + 1)).toEqual({ links: 1, ended: true })
    expect((await findLink(db, link))?.state).toBe("ended")
  })

  test("a person's links end, pending ones too", async () => {
    await live()
    const { leaving } = leavingWorld()
    expect((await leaving.endPerson(ALICE, how)).links).toBeGreaterThan(0)
    expect(await leaving.endPerson(ALICE, how)).toEqual({ links: 0, ended: true })
  })

  test.each([
    ["live", true, "live"],
    ["empty", true, "live"],
    ["opening", false, "live"],
    ["ending", false, "live"],
    ["not_held", true, "ended"],
  ] as const)("settle(): held as %s in its Conversation", async (holding, settled, state) => {
    const { link } = await live()
    expect(await leavingWorld(holding).leaving.settle(link)).toBe(settled)
    expect((await findLink(db, link))?.state).toBe(state)
  })

  test("settle(): what ended in the directory ends in the Conversation", async () => {
    const { link } = await live()
    await endLink(db, link, "disconnected", by(), random, { keepSealed: true })
    const held = leavingWorld("live")
    expect(await held.leaving.settle(link)).toBe(false)
    expect(held.did).toEqual(["object:revoked_by_bank"])
    expect(await leavingWorld("not_held").leaving.settle(link)).toBe(true)
  })
})

describe("whose a consent of the bank is", () => {
  const customerOf = (bank: BankId, consent: string) =>
    findConsentCustomer({ db, ...world, log: recordingLog().log }, bank, consent)

  test("P13: the customer whose link rests on it, to its own bank; nobody to another, and nobody by another name", async () => {
    await live("reference-of-alice", "aac-alice")
    expect(await customerOf(DEMO, "aac-alice")).toEqual(ok("reference-of-alice"))
    expect(await customerOf("other" as BankId, "aac-alice")).toEqual(ok(undefined))
    expect(await customerOf(DEMO, "aac-alic")).toEqual(ok(undefined))
    expect(await customerOf(DEMO, "")).toEqual(ok(undefined))
  })

  test("P5: it lies there by a pseudonym, and says nothing once the link's key is gone", async () => {
    const { link } = await live("reference-of-alice", "aac-alice")
    const { results } = await env.DB.prepare("SELECT * FROM links").all()
    expect(JSON.stringify(results)).not.toMatch(/aac-alice|reference-of-alice/)
    await endLink(db, link, "disconnected", by(), random)
    expect(await customerOf(DEMO, "aac-alice")).toEqual(ok(undefined))
  })

  test("one of two chats: what is said of the other's consent is not said of this one", async () => {
    const [first, second] = [
      await live("reference-of-alice", "aac-1"),
      await live("reference-of-alice", "aac-2"),
    ]
    const isOthers = (consent: string, link: LinkId) => isOtherLinks({ db, ...world }, DEMO, consent, link)
    expect(await isOthers("aac-1", first.link)).toBe(false)
    expect(await isOthers("aac-1", second.link)).toBe(true)
    // What no link is known to rest on ends them all, as a bank without such resources means it.
    expect(await isOthers("aac-3", first.link)).toBe(false)
  })
})
