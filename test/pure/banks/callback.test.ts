// What a bank is told, and how it is signed: judged by a verifier written by hand, not by the library that signed.
import { describe, expect, it } from "vitest"
import { isUrgent, isWanted, renderCallback } from "../../../src/banks/callback.ts"
import { createPostCallbacks } from "../../../src/banks/callback-post.ts"
import { EVENT_STATUSES, LINK_STATUSES, REASONS } from "../../../src/banks/callback-reason.ts"
import { parseSigningKeys } from "../../../src/crypto/signing-keys.ts"
import type { BankId, PersonId } from "../../../src/foundation/id.ts"
import { verifyReceived } from "../../support/bank-signer.ts"
import {
  alertCallback,
  CUSTOMER,
  eventCallback,
  linkCallback,
  NOW,
  PERSON,
  receivingBank,
} from "../../support/callbacks.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const BANK = "demo" as BankId
const ORIGIN = "https://chat.example"
const ADDRESS = "https://api.harbourline.example/callbacks"

const render = (callback = eventCallback() as Parameters<typeof renderCallback>[0]) =>
  renderCallback(callback, BANK, ORIGIN)

describe("the registry", () => {
  it("holds the words of design.md 4.3", () => {
    expect(Object.keys(EVENT_STATUSES)).toEqual([
      "accepted",
      "delivered",
      "read",
      "answered",
      "held",
      "suppressed",
      "superseded",
      "undeliverable",
      "unknown",
      "failed",
    ])
    expect(Object.keys(LINK_STATUSES)).toEqual([
      "requested",
      "activated",
      "changed",
      "undeliverable",
      "ended",
    ])
    for (const word of [
      "not_linked",
      "purpose_off",
      "threshold",
      "quiet_hours",
      "digest",
      "stale",
      "window_closed_no_template",
      "person_unavailable",
      "page_paused",
      "conflict",
      "fallback",
    ])
      expect(Object.keys(REASONS)).toContain(word)
  })
})

describe("renderCallback()", () => {
  it("is a CloudEvent with the bank's own reference as its subject", async () => {
    expect(await render()).toEqual({
      specversion: "1.0",
      id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as unknown,
      source: "https://chat.example/banks/demo",
      type: "tellerline.event.accepted.v1",
      subject: CUSTOMER,
      time: new Date(NOW).toISOString(),
      datacontenttype: "application/json",
      data: {
        event: { id: "evt_1", source: "http://localhost:8788/bank", type: "bank.transaction.posted.v1" },
        reason: "sent",
      },
    })
  })

  it("tells of a link: purposes, accounts by their last four, until when, and why", async () => {
    const account = { id: "acc_1", last4: "4821", label: "Checking", currency: "USD" }
    const event = await render(linkCallback({ accounts: [account] }))
    expect(event).toMatchObject({
      type: "tellerline.link.activated.v1",
      subject: CUSTOMER,
      data: {
        purposes: ["fraud_alerts"],
        accounts: [{ id: "acc_1", last4: "4821" }],
        until: new Date(NOW + 180 * 86_400_000).toISOString(),
        reason: "code_confirmed",
      },
    })
    expect(JSON.stringify(event)).not.toContain("Checking")
  })

  it("has one id for one event, person and status, however often and whenever it is told", async () => {
    const { id } = await render()
    expect((await render(eventCallback({ at: NOW + 1, reason: "reminder" }))).id).toBe(id)
    const others = [
      eventCallback({ status: "delivered" }),
      eventCallback({ person: "person_x" as PersonId }),
      eventCallback({ person: null }),
      eventCallback({ event: { ...eventCallback().event, id: "evt_2" } }),
      eventCallback({
        event: { ...eventCallback().event, source: "http://localhost:8788/ban", id: "kevt_1" },
      }),
      linkCallback(),
      linkCallback({ epoch: 2 }),
      linkCallback({ status: "ended" }),
      linkCallback({ status: "undeliverable", daysBefore: 14 }),
      linkCallback({ status: "undeliverable", daysBefore: 3 }),
    ]
    const ids = await Promise.all(others.map(async (other) => (await render(other)).id))
    expect(new Set([id, ...ids]).size).toBe(others.length + 1)
  })

  it("P5: names no person of ours", async () => {
    for (const callback of [eventCallback(), linkCallback()])
      expect(JSON.stringify(await render(callback))).not.toMatch(new RegExp(`${PERSON}|link_`))
  })
})

describe("isUrgent() and isWanted()", () => {
  it("has alerts, links and whatever needs another channel go alone and at once", () => {
    expect(
      [alertCallback(), linkCallback(), eventCallback({ status: "undeliverable" })].every(isUrgent),
    ).toBe(true)
    for (const status of ["accepted", "suppressed", "unknown", "failed"] as const)
      expect(isUrgent(eventCallback({ status }))).toBe(false)
  })

  it("tells that updates were delivered and read only where the bank wants to know; of alerts always", () => {
    for (const status of ["delivered", "read"] as const) {
      expect(isWanted(eventCallback({ status }), { reportDelivery: false })).toBe(false)
      expect(isWanted(eventCallback({ status }), { reportDelivery: true })).toBe(true)
      expect(isWanted(alertCallback({ status }), { reportDelivery: false })).toBe(true)
    }
    expect(isWanted(eventCallback(), { reportDelivery: false })).toBe(true)
  })
})

async function sender(development = false) {
  const keys = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!keys.ok) throw new Error(keys.error.detail)
  const bank = receivingBank()
  const post = createPostCallbacks({
    signing: keys.value,
    development,
    fetch: bank.fetch,
    realNow: () => NOW + 999,
  })
  return { bank, post, jwks: keys.value.publicJwks.keys as never[] }
}

describe("createPostCallbacks()", () => {
  it("signs head and bytes with the newest key, and a bank's own verifier says so", async () => {
    const { bank, post, jwks } = await sender()
    expect(await post(BANK, ADDRESS, [await render()])).toEqual({ ok: true, value: undefined })
    const [got] = bank.received
    if (!got) throw new Error("Nothing was posted")
    expect(await verifyReceived(got, jwks)).toEqual({
      covered: ["@method", "@authority", "@path", "@query", "content-type", "content-digest"],
      parameters: {
        created: String(Math.floor(NOW / 1_000)),
        keyid: "test-signing-1",
        tag: "tellerline-callback-v1",
      },
    })
    expect(got.headers.get("content-type")).toBe("application/cloudevents+json")
    const changed = { ...got, body: got.body.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) }
    expect(await verifyReceived(changed, jwks)).toBe("digest")
    expect(await verifyReceived({ ...got, url: `${ADDRESS}?x` }, jwks)).toBe("signature")
    expect(await verifyReceived({ ...got, method: "PUT" }, jwks)).toBe("signature")
  })

  it("posts several as one batch", async () => {
    const { bank, post, jwks } = await sender()
    const events = await Promise.all([render(), render(alertCallback())])
    await post(BANK, ADDRESS, [events[0] as never, events[1] as never])
    expect(bank.received[0]?.headers.get("content-type")).toBe("application/cloudevents-batch+json")
    expect(bank.ids()).toEqual([events.map(({ id }) => id)])
    expect(typeof (await verifyReceived(bank.received[0] as never, jwks))).toBe("object")
  })

  it.each([
    "http://api.harbourline.example/callbacks",
    "https://api.harbourline.example/callbacks?x=1",
    "https://127.0.0.1/callbacks",
    "https://10.0.0.7/callbacks",
    "https://[::1]/callbacks",
    "https://localhost:8788/bank/callbacks",
    "https://bank.internal/callbacks",
    "https://user@api.harbourline.example/callbacks",
    "ftp://api.harbourline.example",
    "",
  ])("calls %j nowhere but in development", async (url) => {
    const { bank, post } = await sender()
    expect(await post(BANK, url, [await render()])).toMatchObject({ ok: false, error: { reason: "refused" } })
    expect(bank.received).toEqual([])
  })

  it("calls loopback in development", async () => {
    const { bank, post } = await sender(true)
    expect(await post(BANK, "http://localhost:8788/bank/callbacks", [await render()])).toMatchObject({
      ok: true,
    })
    expect(bank.received).toHaveLength(1)
  })

  it.each([
    [200, {}, undefined],
    [299, {}, undefined],
    [302, { location: "https://elsewhere.example" }, { reason: "refused", retry: "later", code: "302" }],
    [400, {}, { reason: "refused", retry: "later", code: "400" }],
    [410, {}, { reason: "refused", retry: "later", code: "410" }],
    [429, { "retry-after": "7" }, { reason: "throttled", retry: { afterMs: 7_000 }, code: "429" }],
    [503, { "retry-after": "86400" }, { reason: "unavailable", retry: { afterMs: 3_600_000 }, code: "503" }],
    [500, { "retry-after": "Wed, 21 Oct" }, { reason: "unavailable", retry: "later", code: "500" }],
  ])("judges %i by its status, and follows no redirect", async (status, headers, error) => {
    const { bank, post } = await sender()
    bank.answer = () => new Response(status === 204 ? null : "body of the bank", { status, headers })
    const posted = await post(BANK, ADDRESS, [await render()])
    expect(posted).toEqual(error ? { ok: false, error } : { ok: true, value: undefined })
    expect(bank.received).toHaveLength(1)
  })

  it("leaves a bank alone after five silences in a row, and no other bank", async () => {
    const { bank, post } = await sender()
    bank.answer = (got) => {
      if (got.url === ADDRESS) throw new TypeError("Network connection lost")
      return new Response(null, { status: 204 })
    }
    const event = await render()
    for (let times = 0; times < 5; times++)
      expect(await post(BANK, ADDRESS, [event])).toMatchObject({ error: { reason: "unreachable" } })
    expect(await post(BANK, ADDRESS, [event])).toEqual({
      ok: false,
      error: { reason: "unavailable", retry: { afterMs: 10_000 }, code: "paused" },
    })
    expect(bank.received).toHaveLength(5)
    expect(await post("other" as BankId, "https://other.example/", [event])).toMatchObject({ ok: true })
  })

  it("does not take a bank that refuses for one that is silent", async () => {
    const { bank, post } = await sender()
    bank.answer = () => new Response(null, { status: 422 })
    for (let times = 0; times < 20; times++) await post(BANK, ADDRESS, [await render()])
    expect(bank.received).toHaveLength(20)
  })

  it("says so where the bank does not answer in time", async () => {
    const { bank, post } = await sender()
    bank.answer = () => {
      throw new DOMException("The operation timed out", "TimeoutError")
    }
    expect(await post(BANK, ADDRESS, [await render()])).toMatchObject({
      error: { reason: "timeout", retry: "later" },
    })
  })
})
