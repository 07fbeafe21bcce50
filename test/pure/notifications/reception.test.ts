// From the webhook to Conversations: two seconds for each object, then the queue; the platform hears of an outage only where neither
// takes the events. Time is pretended, the vault is the real one.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { consumeInbound, receivePeople, type ReceptionWorld } from "../../../src/conversations/reception.ts"
import type { BankId, PageId, PersonId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import type { InboundJob, Job } from "../../../src/jobs/job.ts"
import type { PersonEvents } from "../../../src/messenger/event.ts"
import { parsePageRecord } from "../../../src/messenger/page-record.ts"
import { recordingLog } from "../../support/bank.ts"

const PAGE = "100" as PageId
const UNKNOWN = "999" as PageId
const UNREADABLE = "500" as PageId
const T = Date.UTC(2026, 10, 22)
const TEXT = "a secret of Kassiopeia"

const record = parsePageRecord({ v: 1, id: PAGE, bank: "demo", name: "Harbourline Bank" })
if (!record.ok) throw new Error("Cannot read the Page of the tests")
const page = record.value

function said(psid: string, id: PageId = PAGE): PersonEvents {
  return {
    page: id,
    psid,
    events: [
      { v: 1, kind: "message", page: id, psid, at: T, key: "m_1", mid: "m_1", text: TEXT, attachments: [] },
    ],
  }
}

/** Objects by PSID that take their time, fail or hang. */
function createReception(slow: Readonly<Record<string, number | "never" | "throws">> = {}, queueOk = true) {
  const delivered: string[] = []
  const posted: Job[] = []
  const { log, lines } = recordingLog()
  const world: ReceptionWorld = {
    pages: {
      findRecord: (id) =>
        Promise.resolve(
          id === UNKNOWN
            ? err({ reason: "page_unknown" })
            : id === UNREADABLE
              ? err({ reason: "unavailable", retry: "later" })
              : ok(page),
        ),
      find: () => Promise.reject(new Error("No token is needed")),
      forget: () => undefined,
    },
    personOf: (_page, psid) => Promise.resolve(`person_${psid}` as PersonId),
    deliver: async (_page, { psid }) => {
      const takes = slow[psid] ?? 0
      if (takes === "throws") throw new Error("Broken object")
      if (takes === "never") await new Promise(() => undefined)
      else if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes))
      delivered.push(psid)
    },
    vault: {
      sealForDays: (label, owner, id, text) =>
        Promise.resolve(`sealed:${Buffer.from(`${label}|${owner}|${id}|${text}`).toString("base64")}`),
      openForDays: (label, owner, id, sealed) => {
        const [l, o, i, ...text] = Buffer.from(sealed.slice(7), "base64").toString().split("|")
        return Promise.resolve(
          l === label && o === owner && i === id
            ? ok(text.join("|"))
            : err({ reason: "seal_broken" } as never),
        )
      },
    },
    post: (_queue, jobs) => {
      if (!queueOk) return Promise.resolve(err({ reason: "unavailable", retry: "later" }))
      posted.push(...jobs)
      return Promise.resolve(ok(undefined))
    },
    now: () => T,
    random: (bytes) => new Uint8Array(bytes).fill(7),
    log,
  }
  return { world, delivered, posted, lines }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Receive while time goes on. */
async function receive(world: ReceptionWorld, people: readonly PersonEvents[]) {
  const received = receivePeople(world, people)
  await vi.advanceTimersByTimeAsync(2_000)
  return received
}

describe("receivePeople()", () => {
  it.each([
    [1_999, []],
    [2_001, ["1"]],
    ["never", ["1"]],
    ["throws", ["1"]],
  ] as const)(
    "P1: an object that takes %s ms leaves on the queue: %j; the answer is the same",
    async (takes, queued) => {
      const { world, posted } = createReception({ "1": takes })
      expect(await receive(world, [said("1")])).toEqual(ok(undefined))
      expect(posted.map((job) => (job as InboundJob).person)).toEqual(queued.map((psid) => `person_${psid}`))
    },
  )

  it("P1: a slow object's events are sealed: neither text nor PSID stands in the job", async () => {
    const { world, posted, lines } = createReception({ "70001": "never" })
    await receive(world, [said("70001")])
    expect(posted).toMatchObject([{ kind: "inbound", bank: "demo", page: PAGE, postedAt: T }])
    const { person: _, ...rest } = posted[0] as InboundJob
    expect(JSON.stringify([rest, lines])).not.toMatch(/Kassiopeia|70001/)
  })

  it("P1: a bad neighbour costs the others nothing", async () => {
    const { world, delivered, posted } = createReception({ "2": "never", "3": "throws" })
    expect(await receive(world, [said("1"), said("2"), said("3"), said("4")])).toEqual(ok(undefined))
    expect(delivered).toEqual(["1", "4"])
    expect(posted).toHaveLength(2)
  })

  it("P1: is an outage where neither object nor queue takes the events", async () => {
    const { world, delivered } = createReception({ "2": "never" }, false)
    expect(await receive(world, [said("1"), said("2")])).toEqual(
      err({ reason: "unavailable", retry: "later" }),
    )
    expect(delivered).toEqual(["1"])
  })

  it("drops what is for a Page of nobody's, and asks nobody", async () => {
    const { world, delivered, posted } = createReception()
    expect(await receive(world, [said("1", UNKNOWN), said("2")])).toEqual(ok(undefined))
    expect(delivered).toEqual(["2"])
    expect(posted).toEqual([])
  })

  it("is an outage where the Page's record cannot be read", async () => {
    const { world } = createReception()
    expect(await receive(world, [said("1", UNREADABLE)])).toEqual(
      err({ reason: "unavailable", retry: "later" }),
    )
  })
})

describe("consumeInbound()", () => {
  it("gives a Conversation what waited, however long it takes, and none of another's", async () => {
    const slow = createReception({ "1": "never", "2": "never" })
    await receive(slow.world, [said("1"), said("2")])
    const { world, delivered } = createReception({ "2": "throws" })
    const jobs = slow.posted.map((job) => ({ job, attempts: 1 }))
    const verdicts = await consumeInbound(world)(jobs)
    expect(verdicts.map(({ kind }) => kind)).toEqual(["done", "retry"])
    expect(delivered).toEqual(["1"])
  })

  it("does not take events into another Page's Conversation", async () => {
    const slow = createReception({ "1": "never" })
    await receive(slow.world, [said("1")])
    const moved = { ...(slow.posted[0] as InboundJob), page: "200" as PageId, bank: "other" as BankId }
    const { world, delivered } = createReception()
    expect(await consumeInbound(world)([{ job: moved, attempts: 1 }])).toMatchObject([{ kind: "retry" }])
    expect(delivered).toEqual([])
  })
})
