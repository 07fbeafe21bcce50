// One table of hostile requests for every way in that takes signed bodies: what a stranger, a broken sender or an old one may send.
// A way in says how a good request is made, with which flaws, and what each flaw must be answered with; here stands what is asked of
// every answer: the status, a bland problem document that echoes nothing, and a storage that has not changed.
// Used by test/objects/*.test.ts: `hostileSuite("…", async () => way)`.
import { describe, expect, it } from "vitest"

/** How a request differs from a good one. What is not named is as it should be. */
export interface Flaws {
  /** `none`: no proof at all. `wrong_key`: a valid proof by a key that is not registered, under the name of one that is.
   * `malformed`: headers that hold nonsense. `old_key`: the key that is being rotated out and still stands. */
  readonly proof?: "none" | "wrong_key" | "malformed" | "old_key"
  /** Signed that long ago; negative: that far ahead. */
  readonly ageMs?: number
  readonly contentType?: string
  /** Another body, signed as it is. */
  readonly body?: Uint8Array<ArrayBuffer>
  /** Changes bytes after they were signed. */
  readonly tamper?: (body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
  /** Sent to somebody we do not know: an unknown bank, an unknown Page. */
  readonly unknownOwner?: boolean
}

/** What a case must end in: a status, or why this way in has no such case. */
export type Expectation = number | { readonly none: string }

export const HOSTILE_CASES = [
  "good",
  "no_proof",
  "wrong_key",
  "malformed_proof",
  "changed_byte",
  "wrong_type",
  "largest",
  "too_large",
  "truncated_json",
  "oldest",
  "past",
  "furthest_ahead",
  "future",
  "old_key",
  "replayed",
  "unknown_owner",
] as const
export type HostileCase = (typeof HOSTILE_CASES)[number]

/** A way in, as the suite needs it. Made anew for each case. */
export interface WayIn {
  /** A good body: UTF-8 JSON. */
  readonly body: Uint8Array<ArrayBuffer>
  /** Bytes of the largest body that is taken. */
  readonly bodyBytesMax: number
  /** Both sides of time, where the proof has one. */
  readonly ageMsMax?: number
  readonly aheadMsMax?: number
  /** Smallest step of time the proof tells apart. */
  readonly stepMs?: number
  readonly request: (flaws: Flaws) => Promise<Request>
  readonly send: (request: Request) => Promise<Response>
  /** All that is stored or handed on, without what merely counts attempts. */
  readonly snapshot: () => unknown
  /** All log lines so far, as one text. */
  readonly logged?: () => string
  /** Texts of the body that must come back in no answer and no log line. */
  readonly inputs: readonly string[]
  readonly expected: Readonly<Record<HostileCase, Expectation>>
  /** The error body of this way's own standard, where it has one: names of its members. A problem document is fine too. */
  readonly errorMembers?: readonly string[]
  /** Why strangers may tell the fault, where the standard names it. */
  readonly namesFaults?: string
}

const FLAWS: Readonly<Record<HostileCase, (way: WayIn) => Flaws>> = {
  good: () => ({}),
  no_proof: () => ({ proof: "none" }),
  wrong_key: () => ({ proof: "wrong_key" }),
  malformed_proof: () => ({ proof: "malformed" }),
  changed_byte: () => ({ tamper: changeOneByte }),
  wrong_type: () => ({ contentType: "text/plain" }),
  largest: (way) => ({ body: padTo(way.body, way.bodyBytesMax) }),
  too_large: (way) => ({ body: padTo(way.body, way.bodyBytesMax + 1) }),
  truncated_json: (way) => ({ body: way.body.slice(0, Math.floor(way.body.length / 2)) }),
  oldest: (way) => ({ ageMs: way.ageMsMax ?? 0 }),
  past: (way) => ({ ageMs: (way.ageMsMax ?? 0) + (way.stepMs ?? 0) }),
  furthest_ahead: (way) => ({ ageMs: -(way.aheadMsMax ?? 0) }),
  future: (way) => ({ ageMs: -(way.aheadMsMax ?? 0) - (way.stepMs ?? 0) }),
  old_key: () => ({ proof: "old_key" }),
  replayed: () => ({}),
  unknown_owner: () => ({ unknownOwner: true }),
}

/** Register one test for each case this way in has, and one that strangers cannot tell why they were refused. */
export function hostileSuite(name: string, createWay: () => Promise<WayIn>): void {
  describe(`${name}, hostile requests`, () => {
    for (const which of HOSTILE_CASES) {
      it(`answers ${which.replaceAll("_", " ")} as it must, and stores only what is good`, async () => {
        const way = await createWay()
        const expected = way.expected[which]
        if (typeof expected !== "number") {
          expect(expected.none).not.toBe("")
          return
        }
        await runCase(way, which, expected)
      })
    }
    it("tells no stranger whether the key, the proof or the owner is wrong", async () => {
      const way = await createWay()
      if (way.namesFaults !== undefined) return expect(way.namesFaults).not.toBe("")
      const cases = ["no_proof", "wrong_key", "unknown_owner"] as const
      const answers = []
      for (const which of cases) {
        if (typeof way.expected[which] !== "number") continue
        answers.push(await answerOf(await way.send(await way.request(FLAWS[which](way)))))
      }
      for (const answer of answers) expect(answer).toEqual(answers[0])
    })
  })
}

async function runCase(way: WayIn, which: HostileCase, expected: number): Promise<void> {
  const flaws = FLAWS[which](way)
  const request = await way.request(flaws)
  const before = structuredClone(await way.snapshot())
  if (which === "replayed") {
    const again = request.clone()
    const first = await way.send(request)
    const kept = structuredClone(await way.snapshot())
    const second = await way.send(again)
    expect(second.status).toBe(expected)
    expect(await answerOf(second)).toEqual(await answerOf(first))
    expect(await way.snapshot()).toEqual(kept)
    expect(kept).not.toEqual(before)
    return
  }
  const response = await way.send(request)
  expect(response.status).toBe(expected)
  const after = await way.snapshot()
  if (expected < 300) {
    expect(after).not.toEqual(before)
    return
  }
  expect(after).toEqual(before)
  await expectBland(way, response)
}

/** A problem document of ours, or the error of the way's own standard, that says nothing of what was sent. */
async function expectBland(way: WayIn, response: Response): Promise<void> {
  expect(response.headers.get("cache-control")).toBe("no-store")
  const text = await response.text()
  const problem = response.headers.get("content-type") === "application/problem+json"
  if (problem || !way.errorMembers) {
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(JSON.parse(text)).toMatchObject({
      type: expect.stringMatching(/^urn:tellerline:problem:[a-z-]+$/) as unknown,
      title: expect.any(String) as unknown,
      status: response.status,
    })
  } else expect(Object.keys(JSON.parse(text) as object)).toEqual(way.errorMembers)
  const headers = [...response.headers].map(([header, value]) => `${header}: ${value}`).join("\n")
  for (const input of way.inputs) {
    expect(text).not.toContain(input)
    expect(headers).not.toContain(input)
    expect(way.logged?.() ?? "").not.toContain(input)
  }
}

/** Status, headers and body but for what names this very request. */
async function answerOf(response: Response): Promise<unknown> {
  const text = await response.clone().text()
  const headers = [...response.headers].filter(([header]) => header !== "x-request-id")
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body: text.replace(/"request_id":"[^"]*",?/, ""),
  }
}

/** The last byte but one, flipped in one bit: still UTF-8, no longer the same. */
function changeOneByte(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const changed = body.slice()
  const at = changed.length - 2
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

/** JSON may end in blanks: a good body of any length. */
function padTo(body: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(length).fill(0x20)
  padded.set(body)
  return padded
}
