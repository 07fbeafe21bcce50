// What travels on queues: packs and their sizes, the envelope, the one loop, the waits, the one sender.
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { BankId, PackId } from "../../../src/foundation/id.ts"
import { utf8 } from "../../../src/crypto/text.ts"
import { backoffSeconds } from "../../../src/jobs/backoff.ts"
import { consume, DONE, each, type Verdict } from "../../../src/jobs/consume.ts"
import { parseJob, QUEUES, type Job, type PackJob } from "../../../src/jobs/job.ts"
import { openPack, PACK_BYTES_MAX, PACK_ITEMS_MAX, packPlace, sealPacks } from "../../../src/jobs/pack.ts"
import { createPost, type Post } from "../../../src/jobs/post.ts"

const ABOUT = { lane: "updates", bank: "demo" as BankId, month: "2026-11", now: 1 } as const
/** As long as a real sealing: 28 bytes more, base64. */
const seal = async (text: string, place: string) => `v1.inner.${base64(text)}${place.slice(0, 0)}`
const base64 = (text: string) =>
  utf8(text + "x".repeat(28)).toBase64({ alphabet: "base64url", omitPadding: true })

function given() {
  let made = 0
  return { createPackId: () => `pack_${String((made += 1)).padStart(22, "0")}` as PackId, seal }
}

async function pack(items: readonly unknown[]): Promise<readonly PackJob[]> {
  const packs = await sealPacks(
    items.map((event) => ({ event, attempts: 0 })),
    ABOUT,
    given(),
  )
  if (!packs.ok) throw new Error(packs.error.reason)
  return packs.value
}

describe("sealPacks()", () => {
  test("puts 150 items in one pack and the next in another", async () => {
    const small = Array.from({ length: PACK_ITEMS_MAX + 1 }, (_, n) => ({ n }))
    expect((await pack(small.slice(1))).map(({ items }) => items)).toEqual([150])
    expect((await pack(small)).map(({ items }) => items)).toEqual([150, 1])
    expect(await pack([])).toEqual([])
  })

  test("never makes a message beyond 60 kB, whatever the items are, and loses none", async () => {
    const item = fc.record({ text: fc.string({ unit: "grapheme", maxLength: 400 }), n: fc.nat() })
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 300 }), async (items) => {
        const packs = await pack(items)
        for (const job of packs) expect(utf8(JSON.stringify(job)).length).toBeLessThanOrEqual(PACK_BYTES_MAX)
        expect(packs.reduce((total, job) => total + job.items, 0)).toBe(items.length)
      }),
      { numRuns: 30 },
    )
    const large = await pack(Array.from({ length: 40 }, () => ({ text: "ي".repeat(2_000) })))
    for (const job of large) expect(utf8(JSON.stringify(job)).length).toBeLessThanOrEqual(PACK_BYTES_MAX)
    expect(large.length).toBeGreaterThan(1)
  })

  test("refuses by its index the one item that does not fit alone, and takes the largest that does", async () => {
    const fits = (length: number) =>
      sealPacks(
        [
          { event: "a", attempts: 0 },
          { event: "x".repeat(length), attempts: 0 },
        ],
        ABOUT,
        given(),
      )
    let low = 1
    let high = PACK_BYTES_MAX
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if ((await fits(middle)).ok) low = middle
      else high = middle
    }
    const largest = await fits(low)
    if (!largest.ok) throw new Error("does not fit")
    const size = utf8(JSON.stringify(largest.value.at(-1))).length
    expect(size).toBeLessThanOrEqual(PACK_BYTES_MAX)
    expect(size).toBeGreaterThan(PACK_BYTES_MAX * 0.98)
    expect(await fits(low + 1)).toEqual({ ok: false, error: { reason: "item_too_large", index: 1 } })
  })

  test("opens to the same items with their attempts, at its own place", async () => {
    const sealed = new Map<string, string>()
    const packs = await sealPacks([{ event: { a: 1 }, attempts: 3 }], ABOUT, {
      ...given(),
      seal: async (text, place) => {
        sealed.set(place, text)
        return "sealed"
      },
    })
    const job = packs.ok ? packs.value[0] : undefined
    if (!job) throw new Error("no pack")
    expect([...sealed.keys()]).toEqual([packPlace(job.bank, job.pack)])
    expect(await openPack(job, async (_, place) => ({ ok: true, value: sealed.get(place) ?? "" }))).toEqual({
      ok: true,
      value: [{ event: { a: 1 }, attempts: 3 }],
    })
    expect(await openPack(job, async () => ({ ok: false, error: "no" }))).toEqual({ ok: false, error: "no" })
  })
})

describe("parseJob()", () => {
  test.each([
    [null, "job_malformed"],
    ["text", "job_malformed"],
    [{}, "job_malformed"],
    [{ v: "1", kind: "pack" }, "job_malformed"],
    [{ v: 2, kind: "pack" }, "job_version_unknown"],
    [{ v: 1, kind: "toString" }, "job_version_unknown"],
    [{ v: 1 }, "job_version_unknown"],
  ])("refuses %j", (body, reason) => {
    expect(parseJob(body)).toEqual({ ok: false, error: { reason } })
  })

  test("takes the kinds there are", () => {
    for (const kind of ["pack", "inbound", "settle_link", "revoke_link"])
      expect(parseJob({ v: 1, kind }).ok).toBe(true)
  })
})

describe("backoffSeconds()", () => {
  test("doubles from two seconds to fifteen minutes, between half and the whole of it", () => {
    expect([1, 2, 3, 8, 9, 10, 50].map((attempts) => backoffSeconds(attempts, 0))).toEqual([
      1, 2, 4, 128, 256, 450, 450,
    ])
    expect([1, 2, 3, 50].map((attempts) => backoffSeconds(attempts, 0.999))).toEqual([2, 4, 8, 900])
  })
})

describe("consume()", () => {
  const job: Job = { v: 1, kind: "revoke_link", bank: "demo" as BankId, link: "link_1" as never, postedAt: 1 }
  const POSTED = 1_800_000_000_000
  const HANDED_OUT = POSTED + 2_000
  const run = async (bodies: readonly unknown[], handle: Parameters<typeof consume>[1], attempts = 1) => {
    const verdicts: string[] = bodies.map(() => "none")
    const messages = bodies.map((body, index) => ({
      body,
      attempts,
      timestamp: new Date(POSTED),
      ack: () => void (verdicts[index] = "ack"),
      retry: (options?: { delaySeconds?: number }) =>
        void (verdicts[index] = `retry ${options?.delaySeconds}`),
    }))
    const logged: string[] = []
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (event: string) => void logged.push(event),
    }
    const consumed = await consume(
      { queue: "chores", messages } as never,
      handle,
      log,
      () => 0,
      () => HANDED_OUT,
    )
    return { verdicts, logged, consumed }
  }

  test("gives each message its own verdict", async () => {
    const answers: readonly Verdict[] = [DONE, { kind: "retry" }, { kind: "retry", afterSeconds: 7 }]
    expect((await run([job, job, job], async () => answers, 3)).verdicts).toEqual([
      "ack",
      "retry 4",
      "retry 7",
    ])
  })

  test("acknowledges nothing by falling through: a missing verdict is a retry", async () => {
    expect((await run([job, job], async () => [DONE])).verdicts).toEqual(["ack", "retry 1"])
  })

  test("keeps what it cannot read and handles the rest", async () => {
    const { verdicts, logged } = await run(
      [{ v: 2, kind: "pack" }, job, "?"],
      each(async () => DONE),
    )
    expect(verdicts).toEqual(["retry 1", "ack", "retry 1"])
    expect(logged).toEqual(["job_refused", "job_refused"])
  })

  test("counts what banks' events waited: until they were first handed out, and until they come again", async () => {
    const pack = (bank: string, items: number) => ({ v: 1, kind: "pack", lane: "updates", bank, items })
    const answers: readonly Verdict[] = [DONE, { kind: "retry", afterSeconds: 600 }, { kind: "retry" }, DONE]
    const bodies = [pack("a", 150), pack("b", 10), pack("c", 1), job]
    const first = await run(bodies, async () => answers)
    expect(first.consumed.waited).toEqual([
      { bank: "a", lane: "updates", waited: 300 },
      { bank: "b", lane: "updates", waited: 6_020 },
      { bank: "c", lane: "updates", waited: 3 },
    ])
    // What came back has been counted when it was sent away.
    const second = await run(bodies, async () => answers, 2)
    expect(second.consumed.waited).toEqual([
      { bank: "b", lane: "updates", waited: 6_000 },
      { bank: "c", lane: "updates", waited: 2 },
    ])
  })

  test("retries all where the handler breaks", async () => {
    const { verdicts, logged } = await run([job, job], async () => {
      throw new Error("broken")
    })
    expect(verdicts).toEqual(["retry 1", "retry 1"])
    expect(logged).toEqual(["job_fault"])
  })
})

describe("createPost()", () => {
  const job = (size: number): Job => ({
    v: 1,
    kind: "inbound",
    bank: "demo" as BankId,
    page: "1" as never,
    person: "p" as never,
    id: "i",
    sealed: "s".repeat(size),
    postedAt: 1,
  })
  const of = (sendBatch: (messages: readonly { delaySeconds?: number }[]) => Promise<void>) =>
    createPost(Object.fromEntries(QUEUES.map((name) => [name, { sendBatch }])) as never)

  test("keeps the platform's limits: 100 messages, 240 kB", async () => {
    const rounds: number[] = []
    const post = of(async (messages) => void rounds.push(messages.length))
    await post(
      "updates",
      Array.from({ length: 201 }, () => job(10)),
    )
    await post(
      "updates",
      Array.from({ length: 9 }, () => job(60_000)),
    )
    await post("updates", [])
    expect(rounds).toEqual([100, 100, 1, 3, 3, 3])
  })

  test("sends a pack to the shard it names, and what names none, or one there is not, to the first", async () => {
    const sent: unknown[][] = [[], []]
    const [first, second] = sent.map((bodies) => ({
      sendBatch: async (messages: readonly { readonly body: unknown }[]) =>
        void bodies.push(...messages.map(({ body }) => body)),
    }))
    const post = createPost({ updates: [first, second] } as never) as Post
    const pack = (shard: unknown) => ({ v: 1, kind: "pack", shard }) as unknown as Job
    // A letter of the dead may be anything at all.
    const odd = [null, "text", { kind: "pack", shard: "x" }] as unknown as Job[]
    expect(await post("updates", [pack(undefined), pack(0), pack(1), pack(3), pack(2), ...odd])).toEqual({
      ok: true,
    })
    expect(sent).toEqual([
      [pack(undefined), pack(0), pack(2), ...odd],
      [pack(1), pack(3)],
    ])
  })

  test("is durable only where every round is", async () => {
    let sent = 0
    const post = of(async () => {
      sent += 1
      if (sent === 2) throw new Error("full")
    })
    expect(await post("alerts", [job(1)])).toEqual({ ok: true, value: undefined })
    expect(await post("alerts", [job(1)])).toEqual({
      ok: false,
      error: { reason: "unavailable", retry: "later" },
    })
  })

  test("passes a wait on, and none where there is none", async () => {
    const waits: unknown[] = []
    const post = of(async (messages) => void waits.push(messages[0]?.delaySeconds))
    await post("alerts", [job(1)], { delaySeconds: 5 })
    await post("alerts", [job(1)], { delaySeconds: 0 })
    expect(waits).toEqual([5, undefined])
  })
})
