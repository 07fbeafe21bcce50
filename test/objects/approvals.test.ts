// P14 in real D1: who asked does not approve, an act is done once it was approved, and one that was refused may be approved again.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it } from "vitest"
import { APPROVAL_MS, type Approval } from "../../src/approvals/approval.ts"
import { createApprovals } from "../../src/approvals/approvals.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { createDatabase } from "../../src/db/database.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"

const BANK = "demo" as BankId
let at = Date.UTC(2026, 10, 22, 9)
let done: Approval[]
let refusal: string | undefined
const by = (actor: string) => ({ actor, reason: `${actor} wants it`, at })

beforeEach(() => {
  at = Date.UTC(2026, 10, 22, 9)
  done = []
  refusal = undefined
})

function open() {
  return createApprovals({
    db: createDatabase(env.DB),
    now: () => at,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    acts: {
      "bank.change": async () => ok(undefined),
      "bank.leave": async () => ok(undefined),
      "notice.start": async () => ok(undefined),
      "dead_letters.replay": async () => ok(undefined),
      "vault_key.remove": async (approval) => {
        if (refusal) return err({ reason: refusal })
        done.push(approval)
        return ok(undefined)
      },
    },
  })
}

const ASK = { kind: "vault_key.remove", bank: BANK, object: "k1", asked: { kid: "k1" } } as const

describe("createApprovals()", () => {
  it("P14: does what was asked for once another person approves, from what was asked", async () => {
    const approvals = open()
    const asked = await approvals.ask(ASK, by("ines"))
    for (const own of ["ines", "INES"])
      expect(await approvals.approve(asked.id, by(own))).toEqual(err({ reason: "approval_own" }))
    expect(done).toEqual([])
    const approved = await approvals.approve(asked.id, by("jona"))
    expect(approved).toMatchObject({ ok: true, value: { state: "done", decidedBy: "jona", askedBy: "ines" } })
    expect(done).toMatchObject([{ asked: { kid: "k1" }, object: "k1" }])
    expect(await approvals.approve(asked.id, by("kim"))).toEqual(err({ reason: "approval_closed" }))
    expect(done).toHaveLength(1)
    const lines = await listAudit(createDatabase(env.DB), BANK, 10)
    expect(lines.map(({ action, actor, object }) => [action, actor, object])).toEqual([
      ["approval.done", "jona", asked.id],
      ["approval.approve", "jona", asked.id],
      ["approval.ask", "ines", asked.id],
    ])
  })

  it("says why an approved act was not done, and does it when it is approved again", async () => {
    const approvals = open()
    const { id } = await approvals.ask(ASK, by("ines"))
    refusal = "key_in_use"
    expect(await approvals.approve(id, by("jona"))).toEqual(
      err({ reason: "approval_not_done", why: "key_in_use" }),
    )
    refusal = undefined
    expect(await approvals.approve(id, by("ines"))).toEqual(err({ reason: "approval_own" }))
    expect(await approvals.approve(id, by("kim"))).toMatchObject({ ok: true, value: { state: "done" } })
  })

  it("decided by two at once is decided by one, and the trail tells of that one only", async () => {
    const approvals = open()
    const { id } = await approvals.ask(ASK, by("ines"))
    const both = await Promise.all([approvals.decline(id, by("jona")), approvals.decline(id, by("kim"))])
    expect(both.filter((each) => each.ok)).toHaveLength(1)
    expect(both).toContainEqual(err({ reason: "approval_closed" }))
    const lines = await listAudit(createDatabase(env.DB), BANK, 10)
    expect(lines.map(({ action }) => action)).toEqual(["approval.decline", "approval.ask"])
  })

  it("can be approved for a week and not at its end", async () => {
    const approvals = open()
    const [first, second] = [
      await approvals.ask(ASK, by("ines")),
      await approvals.ask({ ...ASK, object: "k2" }, by("ines")),
    ]
    at += APPROVAL_MS - 1
    expect(await approvals.approve(first.id, by("jona"))).toMatchObject({ ok: true })
    at += 1
    expect(await approvals.approve(second.id, by("jona"))).toEqual(err({ reason: "approval_closed" }))
    expect(await approvals.list("*", false)).toEqual([])
    expect(await approvals.list("*", true)).toHaveLength(2)
  })

  it("a newer ask about the same thing takes the older one's place: what was looked at is what is done", async () => {
    const approvals = open()
    const older = await approvals.ask(ASK, by("ines"))
    const newer = await approvals.ask({ ...ASK, asked: { kid: "other" } }, by("ines"))
    expect(await approvals.approve(older.id, by("jona"))).toEqual(err({ reason: "approval_closed" }))
    expect(await approvals.list([BANK], false)).toMatchObject([{ id: newer.id }])
    expect(await approvals.list(["else" as BankId], true)).toEqual([])
  })

  it("what was declined is not approved any more", async () => {
    const approvals = open()
    const { id } = await approvals.ask(ASK, by("ines"))
    expect(await approvals.decline(id, by("jona"))).toMatchObject({ ok: true, value: { state: "declined" } })
    expect(await approvals.approve(id, by("kim"))).toEqual(err({ reason: "approval_closed" }))
    expect(await approvals.decline("approval_0", by("kim"))).toEqual(err({ reason: "approval_not_found" }))
  })
})
