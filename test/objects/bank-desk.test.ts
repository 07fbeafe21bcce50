// A bank's record changed by one person and by two (P14), on a real D1: what holds at once, what waits, what is refused since.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it } from "vitest"
import { createApprovals, type Approvals } from "../../src/approvals/approvals.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { GUARDED_MEMBERS } from "../../src/banks/bank-change.ts"
import type { BankRecord } from "../../src/banks/bank.ts"
import { insertBank, replaceBank } from "../../src/banks/bank-store.ts"
import { createBankDesk, type BankDesk } from "../../src/console/bank-desk.ts"
import { createDatabase } from "../../src/db/database.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { bankRecord } from "../support/bank.ts"

const RULES = { development: true }
const BANK = bankRecord()
let at = 1_795_337_640_000
const by = (actor: string) => ({ actor, reason: "the bank asked", at })
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
let desk: BankDesk
let approvals: Approvals

beforeEach(async () => {
  at += 1
  const db = createDatabase(env.DB)
  approvals = createApprovals({
    db,
    now: () => at,
    random,
    acts: {
      "vault_key.remove": async () => ok(undefined),
      "notice.start": async () => ok(undefined),
      "dead_letters.replay": async () => ok(undefined),
      "bank.leave": async () => ok(undefined),
      "bank.change": (approval, who) => desk.change(approval, who),
    },
  })
  desk = createBankDesk({
    db,
    ...RULES,
    directory: { forget() {} },
    auth: { forget() {} },
    webhookSecrets: { forget() {} },
    vault: { seal: () => Promise.reject(new Error("not in this test")) },
    checkBank: () => Promise.resolve([]),
    ask: approvals.ask,
    now: () => at,
    random,
  })
  expect(await desk.banks.put(BANK, by("ines"))).toEqual({ kind: "stored" })
})

const stored = () => desk.banks.find(BANK.id)

/** Another value of each guarded member. */
const OTHERS: Readonly<Record<(typeof GUARDED_MEMBERS)[number], unknown>> = {
  issuer: "http://localhost:8788/bank/other",
  clientId: "other",
  dialect: "berlin-1.3",
  profile: "fdx-green",
  acrValues: ["urn:bank:1fa"],
  idTokenAlg: "PS256",
  subjectClaim: "customer",
  apiBase: "http://localhost:8788/other",
  actionsBase: "http://localhost:8788/other",
  callbackUrl: "http://localhost:8788/other",
  jwksUri: "http://localhost:8788/other",
  webhookKeys: ["whpk_"],
  eventSource: "other",
  eventIssuers: [{ issuer: "other", ways: ["set"] }],
  linkHosts: ["other.example"],
  appLink: "http://localhost:8788/other",
  helpUrl: "http://localhost:8788/other",
  complaintsUrl: "http://localhost:8788/other",
  emergencyPhone: "+49309999999",
}

describe("P14: a bank's record", () => {
  it("changes at once in what owns nobody", async () => {
    const next = { ...BANK, name: "Harbourline", consentDays: 90 }
    expect(await desk.banks.put(next, by("ines"))).toEqual({ kind: "stored" })
    expect(await stored()).toEqual(next)
    expect(await approvals.list("*", true)).toEqual([])
  })

  it.each(GUARDED_MEMBERS)("does not change its %s by one person", async (member) => {
    const put = await desk.banks.put({ ...BANK, [member]: OTHERS[member] } as BankRecord, by("ines"))
    expect(put).toMatchObject({
      kind: "asked",
      approval: {
        kind: "bank.change",
        bank: "demo",
        askedBy: "ines",
        asked: { changes: [{ member, guarded: true }] },
      },
    })
    expect(await stored()).toEqual(BANK)
    // Leaving one out is a change too.
    const { [member as "actionsBase"]: _, ...without } = BANK
    if (BANK[member] !== undefined)
      expect(await desk.banks.put(without as BankRecord, by("ines"))).toMatchObject({ kind: "asked" })
  })

  it("changes when somebody else approves, not when the one who asked does; each act is in the trail", async () => {
    const next = { ...BANK, name: "Harbourline", jwksUri: "http://localhost:8788/bank/keys-2.json" }
    const put = await desk.banks.put(next, by("ines"))
    if (put.kind !== "asked") throw new Error("Nobody was asked")
    const { id } = put.approval
    expect(await approvals.approve(id, by("Ines"))).toEqual(err({ reason: "approval_own" }))
    expect(await stored()).toEqual(BANK)
    expect(await approvals.approve(id, by("jona"))).toMatchObject({ ok: true, value: { state: "done" } })
    expect(await stored()).toEqual(next)
    const lines = await listAudit(createDatabase(env.DB), BANK.id, 10)
    expect(lines.map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
      ["approval.done", "jona", "the bank asked"],
      ["bank.put", "jona", "the bank asked"],
      ["approval.approve", "jona", "the bank asked"],
      ["approval.ask", "ines", "the bank asked"],
      ["bank.put", "ines", "the bank asked"],
    ])
  })

  it("does not become what was approved where it became another since: what was looked at is what is done", async () => {
    const put = await desk.banks.put({ ...BANK, apiBase: "http://localhost:8788/v7" }, by("ines"))
    const renamed = { ...BANK, name: "Harbourline" }
    await desk.banks.put(renamed, by("ines"))
    if (put.kind !== "asked") throw new Error("Nobody was asked")
    expect(await approvals.approve(put.approval.id, by("jona"))).toEqual(
      err({ reason: "approval_not_done", why: "bank_changed_since" }),
    )
    expect(await stored()).toEqual(renamed)
  })

  it("is stored by the first of two at once; the other changes nothing and leaves no line", async () => {
    const db = createDatabase(env.DB)
    expect(await insertBank(db, { ...BANK, name: "Second" }, by("kim"))).toBe(false)
    const race = async (name: string) => replaceBank(db, { ...BANK, name }, () => true, RULES, by(name))
    const won = await Promise.all(["One", "Two"].map(race))
    const names = (await listAudit(db, BANK.id, 10)).map(({ actor }) => actor)
    expect(names).toHaveLength(1 + won.filter(Boolean).length)
    expect(await replaceBank(db, { ...BANK, name: "Three" }, () => false, RULES, by("kim"))).toBe(false)
    expect((await stored())?.name).toMatch(/One|Two/)
  })
})
