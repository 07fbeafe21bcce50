// A directory that was put back and says that a link is live, while its Conversation knows better: what ended in the last minute stands in
// no log yet, and no finished restore ends it. The whole gateway; only rows of D1 are put back by hand.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it, vi } from "vitest"
import type { LinkId } from "../../src/foundation/id.ts"
import { BANK, openGateway, PAGE, type Gateway } from "../support/gateway.ts"
import { transactionPosted } from "../support/bank.ts"

let gateway: Gateway
beforeEach(async () => {
  gateway = await openGateway()
})

type Row = Readonly<Record<string, string | number | null>>

async function rows(sql: string, ...bound: readonly string[]): Promise<readonly Row[]> {
  return (
    await env.DB.prepare(sql)
      .bind(...bound)
      .all<Row>()
  ).results
}

/** What D1 holds of a link and its person, to be put back as a restore does: without a line that tells of anything since. */
async function copyOf(link: LinkId): Promise<() => Promise<void>> {
  const tables = {
    people: await rows("SELECT * FROM people WHERE id = (SELECT person_id FROM links WHERE id = ?)", link),
    links: await rows("SELECT * FROM links WHERE id = ?", link),
    consents: await rows("SELECT * FROM consents WHERE link_id = ?", link),
  }
  return async () => {
    await env.DB.batch([
      env.DB.prepare("DELETE FROM consents WHERE link_id = ?").bind(link),
      env.DB.prepare("DELETE FROM audit_outbox WHERE object = ?").bind(link),
      ...Object.entries(tables).flatMap(([table, copied]) =>
        copied.map((row) =>
          env.DB.prepare(
            `INSERT OR REPLACE INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
              .map(() => "?")
              .join()})`,
          ).bind(...Object.values(row)),
        ),
      ),
    ])
    expect(await stateOf(link)).toBe("live")
  }
}

const stateOf = async (link: LinkId) =>
  (await rows("SELECT state FROM links WHERE id = ?", link))[0]?.["state"]

const ends = (link: LinkId) =>
  vi.waitFor(async () => expect((await stateOf(link)) ?? "gone").not.toBe("live"), { timeout: 20_000 })

describe("P4: the directory says live and the Conversation says ended", () => {
  it("nothing is said under it, and with the next event the directory ends it too and has it revoked", async () => {
    const psid = "90000000000000901"
    const link = await gateway.link(psid, "R3stored-1", ["transaction_alerts"])
    const putBack = await copyOf(link)
    const conversation = await gateway.conversation(psid)
    await conversation.endLink({ v: 1, link, reason: "disconnected", silent: true })
    await ends(link)
    await putBack()
    const said = gateway.sent.length
    expect(
      (
        await gateway.postEvents([
          { ...transactionPosted({ id: "evt_restored_1", at: Date.now() }), subject: "R3stored-1" },
        ])
      ).status,
    ).toBe(202)
    await ends(link)
    expect(gateway.sent.slice(said).filter((each) => each.psid === psid)).toEqual([])
    expect(await rows("SELECT ended_reason FROM links WHERE id = ?", link)).toEqual([
      { ended_reason: "disconnected" },
    ])
  })

  it("without an event the chore that went with the end does the same", async () => {
    const psid = "90000000000000902"
    const link = await gateway.link(psid, "R3stored-2", ["transaction_alerts"])
    const putBack = await copyOf(link)
    await (await gateway.conversation(psid)).endLink({ v: 1, link, reason: "disconnected", silent: true })
    await ends(link)
    await putBack()
    await env.CHORES.send({ v: 1, kind: "settle_link", bank: BANK, link, postedAt: Date.now() })
    await ends(link)
  })

  it("of somebody who was erased nothing comes to life again, by an event or when they write", async () => {
    const psid = "90000000000000903"
    const link = await gateway.link(psid, "R3stored-3", ["transaction_alerts"])
    const putBack = await copyOf(link)
    const person = await gateway.personOf(psid)
    const conversation = await gateway.conversation(psid)
    await conversation.erase({ v: 1, person, requestedAt: Date.now(), oldKey: true })
    await putBack()
    const before = gateway.sent.length
    await gateway.say(psid, "hello")
    await vi.waitFor(() => expect(gateway.sent.slice(before).map((each) => each.psid)).toContain(psid))
    const about = { v: 1, whom: { person, page: PAGE, bank: BANK }, since: Date.now() } as const
    expect((await conversation.ownData(about))?.consent).toBeUndefined()
    const said = gateway.sent.length
    await gateway.postEvents([
      { ...transactionPosted({ id: "evt_restored_2", at: Date.now() }), subject: "R3stored-3" },
    ])
    await ends(link)
    expect(gateway.sent.slice(said).filter((each) => each.psid === psid)).toEqual([])
  })

  it("of somebody who was erased and does not write, the next event ends the link in the directory", async () => {
    const psid = "90000000000000904"
    const link = await gateway.link(psid, "R3stored-4", ["transaction_alerts"])
    const putBack = await copyOf(link)
    const person = await gateway.personOf(psid)
    await (await gateway.conversation(psid)).erase({ v: 1, person, requestedAt: Date.now(), oldKey: true })
    await putBack()
    const said = gateway.sent.length
    await gateway.postEvents([
      { ...transactionPosted({ id: "evt_restored_3", at: Date.now() }), subject: "R3stored-4" },
    ])
    await ends(link)
    expect(gateway.sent.slice(said).filter((each) => each.psid === psid)).toEqual([])
  })
})
