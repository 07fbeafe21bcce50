// docs/bank-events.md and docs/bank-actions.yaml are read by banks' engineers: their examples hold, and their tables name what the code has.
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { utf8 } from "../../../src/crypto/text.ts"
import { describe, expect, test } from "vitest"
import { answerFraudCase, freezeCard } from "../../../src/banks/actions.ts"
import { parseBankRecord } from "../../../src/banks/bank-record.ts"
import type { BankCall } from "../../../src/banks/bank.ts"
import { verifyContentDigest } from "../../../src/banks/event-digest.ts"
import { parseEventKeys } from "../../../src/banks/event-key.ts"
import { parseEvent } from "../../../src/banks/event-parse.ts"
import { verifyEventSignature } from "../../../src/banks/event-signature.ts"
import { EVENT_TYPES } from "../../../src/banks/event-types.ts"
import { ok } from "../../../src/foundation/result.ts"
import { BANK } from "../../support/fake-bank.ts"
import { codeOf, readText } from "./documents.ts"

const events = readText("docs/bank-events.md")
const actions = readText("docs/bank-actions.yaml")

interface SignModule {
  readonly signedHeaders: (request: {
    readonly url: string
    readonly contentType: string
    readonly body: string
    readonly kid: string
    readonly privateKey: KeyObject
  }) => Record<string, string>
}

describe("docs/bank-events.md", () => {
  test("its event is one the gateway takes", () => {
    const [, example = ""] = codeOf(events, "json")
    const event = JSON.parse(example) as { readonly source: string; readonly time: string }
    expect(parseEvent(event, { source: event.source, linkHosts: [] }, Date.parse(event.time))).toMatchObject({
      ok: true,
    })
  })

  test("its record is one an operator can put outside development", () => {
    const [record = ""] = codeOf(events, "json")
    expect(parseBankRecord(JSON.parse(record), { development: false })).toMatchObject({ ok: true })
  })

  test("has a row for each type of event, and no other", () => {
    const rows = Array.from(events.matchAll(/^\| `(bank\.[a-z_.]+\.v1)` \|/gm), ([, type]) => type)
    // A hint is ours: dialects make it, no bank sends it by this name.
    const types = Object.keys(EVENT_TYPES).filter((type) => type !== "bank.data.hint.v1")
    expect(rows.toSorted()).toEqual(types.toSorted())
  })

  test("its code signs what the gateway verifies", async () => {
    const [code = ""] = codeOf(events, "js")
    const module = (await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`
    )) as SignModule
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const jwk = publicKey.export({ format: "jwk" })
    const keys = await parseEventKeys({ keys: [{ ...jwk, kid: "one", alg: "ES256", use: "sig" }] })
    const origin = "https://chat.bank.example"
    const [target, body] = ["/banks/demo/events", '{"specversion":"1.0"}']
    const headers = new Headers(
      module.signedHeaders({
        url: origin + target,
        contentType: "application/cloudevents+json",
        body,
        kid: "one",
        privateKey,
      }),
    )
    const head = { method: "POST", target, headers }
    const find = async (kid: string) => ok(keys.ok ? keys.value.get(kid) : undefined)
    expect(await verifyEventSignature(head, origin, find, Date.now)).toEqual({
      ok: true,
      value: { kid: "one" },
    })
    const bytes = utf8(body)
    expect(await verifyContentDigest(headers.get("content-digest"), bytes)).toMatchObject({ ok: true })
  })
})

describe("docs/bank-actions.yaml", () => {
  test("describes the calls the gateway makes", async () => {
    const actionsBase = "https://bank.example/actions"
    const asked: string[] = []
    const call: BankCall = {
      async request(method, url) {
        asked.push(`${method} ${url.slice(actionsBase.length)}`)
        return ok({ status: 200, headers: new Headers(), text: '{"state":"frozen"}' })
      },
    }
    const bank = { ...BANK, actionsBase }
    const signal = AbortSignal.timeout(1_000)
    const answer = { caseId: "{id}", answer: "deny", answeredAt: 0, idempotencyKey: "k" } as const
    await answerFraudCase(bank, call, answer, signal)
    await freezeCard(bank, call, { ref: "{ref}", idempotencyKey: "k" }, signal)
    expect(asked.map(decodeURIComponent)).toEqual([
      "POST /fraud-cases/{id}/responses",
      "POST /cards/{ref}/freeze",
    ])
    for (const path of ["/fraud-cases/{id}/responses", "/cards/{ref}/freeze"])
      expect(actions).toContain(`\n  ${path}:\n    post:\n`)
  })
})
