// Every way in of a bank's beside CloudEvents, in workerd, against hostile requests: tokens, many tokens, webhooks under HMAC and Ed25519,
// UK Open Banking of both generations, FDX. What each refuses by name is test/pure/banks.
import { ok } from "../../src/foundation/result.ts"
import type { BankIntake } from "../../src/banks/intake-given.ts"
import type { BankRecord } from "../../src/banks/bank.ts"
import { BANK_KEY, NOW, ORIGIN, standingIntake } from "../support/intake.ts"
import {
  claimsOf,
  createTokenKey,
  openBankingClaims,
  signToken,
  type TokenKey,
} from "../support/set-signer.ts"
import { hostileSuite, type Flaws, type WayIn } from "../support/hostile.ts"
import { signWebhook, webhookBody, webhookPair } from "../support/webhook-signer.ts"

const MIB = 1_024 * 1_024
const INPUTS = ["Kx7Qm2vX9kLtB4wZ8pR5nYdA", "ELECTRO MART", "249.99", "acc_1"]
const encode = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>

interface Way {
  readonly path: string
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  /** The body of one case, where the flaw is inside it. */
  readonly made?: (flaws: Flaws) => Promise<Uint8Array<ArrayBuffer> | undefined>
  readonly headers: (flaws: Flaws, body: Uint8Array<ArrayBuffer>) => Promise<Record<string, string>>
  readonly given?: Partial<BankIntake>
  readonly record?: Partial<BankRecord>
  readonly jwks?: readonly Readonly<Record<string, unknown>>[]
}

function wayIn(way: Way, more: Pick<WayIn, "expected" | "bodyBytesMax"> & Partial<WayIn>): WayIn {
  const { taken, lines, fetch } = standingIntake(way.jwks ?? [], way.given, way.record)
  return {
    body: way.body,
    inputs: INPUTS,
    async request(flaws) {
      const body = flaws.body ?? (await way.made?.(flaws)) ?? way.body
      const headers = await way.headers(flaws, body)
      const path = way.path.replace("demo", flaws.unknownOwner ? "nobody" : "demo")
      return new Request(ORIGIN + path, {
        method: "POST",
        headers: { "content-type": flaws.contentType ?? way.type, ...headers },
        body: flaws.tamper ? flaws.tamper(body) : body,
      })
    },
    send: async (request) => fetch(request),
    snapshot: () => [...new Map(taken.flatMap(({ events }) => events.map((event) => [event.id, event])))],
    logged: () => lines.join("\n"),
    ...more,
  }
}

const none = (why: string) => ({ none: why })
const LIMITS = { wrong_type: 415, largest: 202, too_large: 413 } as const
const NO_TIME = {
  oldest: none("the key has no time"),
  past: none("the key has no time"),
  furthest_ahead: none("the key has no time"),
  future: none("the key has no time"),
} as const

const [newKey, oldKey, otherKey, rsaKey, oldRsa, otherRsa] = await Promise.all([
  createTokenKey("bank-2"),
  createTokenKey("bank-1"),
  createTokenKey("bank-2"),
  createTokenKey("ob-2", "PS256"),
  createTokenKey("ob-1", "PS256"),
  createTokenKey("ob-2", "PS256"),
])

const seconds = (ageMs = 0) => (NOW - ageMs) / 1_000
type Make = (key: TokenKey, iat: number) => Promise<string>

/** The token of one case. */
const tokenFor =
  (make: Make, keys: { readonly fresh: TokenKey; readonly old: TokenKey; readonly wrong: TokenKey }) =>
  async ({ proof, ageMs }: Flaws): Promise<Uint8Array<ArrayBuffer>> => {
    const key = proof === "wrong_key" ? keys.wrong : proof === "old_key" ? keys.old : keys.fresh
    const token = await make(key, seconds(ageMs))
    if (proof === "none") return encode(`${token.split(".").slice(0, 2).join(".")}.`)
    return encode(proof === "malformed" ? `.${token}` : token)
  }

const SET_TIMES = { ageMsMax: 3 * 86_400_000, aheadMsMax: 60_000, stepMs: 1_000 } as const
const REFUSED_TOKEN = {
  no_proof: 400,
  wrong_key: 400,
  malformed_proof: 400,
  changed_byte: 400,
  truncated_json: 400,
  past: 400,
  future: 400,
  unknown_owner: 400,
} as const
const TAKEN_TOKEN = { good: 202, oldest: 202, furthest_ahead: 202, old_key: 202, replayed: 202 } as const

hostileSuite("POST /banks/{bankId}/events, one token", async () => {
  const make: Make = (key, iat) => signToken(key, claimsOf({ iat, toe: seconds() }))
  const made = tokenFor(make, { fresh: newKey, old: oldKey, wrong: otherKey })
  return wayIn(
    {
      path: "/banks/demo/events",
      type: "application/secevent+jwt",
      body: await made({}),
      made,
      headers: async () => ({}),
      jwks: [newKey.jwk, oldKey.jwk],
    },
    {
      ...SET_TIMES,
      bodyBytesMax: MIB,
      errorMembers: ["err", "description"],
      namesFaults: "RFC 8935 has a word for each",
      expected: { ...TAKEN_TOKEN, ...REFUSED_TOKEN, ...LIMITS },
    },
  )
})

hostileSuite("POST /banks/{bankId}/event-sets", async () => {
  const body = encode(JSON.stringify({ sets: { evt_1: await signToken(newKey, claimsOf()) } }))
  const authorization = ({ proof }: Flaws): Record<string, string> =>
    proof === "none"
      ? {}
      : {
          authorization:
            proof === "malformed" ? "Bearer" : `Bearer ${proof === "wrong_key" ? "tlbank_x" : BANK_KEY}`,
        }
  return wayIn(
    {
      path: "/banks/demo/event-sets",
      type: "application/json",
      body,
      headers: async (flaws) => authorization(flaws),
      jwks: [newKey.jwk],
    },
    {
      bodyBytesMax: MIB,
      errorMembers: ["err", "description"],
      expected: {
        ...LIMITS,
        ...NO_TIME,
        good: 202,
        replayed: 202,
        no_proof: 400,
        wrong_key: 400,
        malformed_proof: 400,
        unknown_owner: 400,
        truncated_json: 400,
        changed_byte: 400,
        old_key: none("keys of banks are told apart in authenticate-bank.ts"),
      },
    },
  )
})

for (const version of ["v1", "v1a"] as const)
  hostileSuite(`POST /banks/{bankId}/webhooks, ${version}`, async () => {
    const [key, old, wrong] = await Promise.all([webhookPair(), webhookPair(), webhookPair()])
    return wayIn(
      {
        path: "/banks/demo/webhooks",
        type: "application/json",
        body: webhookBody(),
        headers: async ({ proof, ageMs }, body) => {
          if (proof === "none") return {}
          const secret = proof === "wrong_key" ? wrong : proof === "old_key" ? old : key
          const headers = await signWebhook(version, secret, body, { at: NOW - (ageMs ?? 0) })
          return proof === "malformed" ? { ...headers, "webhook-signature": "v1 v1a, ,," } : headers
        },
        given: { webhookSecrets: async () => ok([key.secret, old.secret]) },
        record: { webhookKeys: [key.publicKey, old.publicKey] },
      },
      {
        bodyBytesMax: MIB,
        ageMsMax: 300_000,
        aheadMsMax: 300_000,
        stepMs: 1_000,
        expected: {
          ...LIMITS,
          good: 202,
          no_proof: 401,
          wrong_key: 401,
          malformed_proof: 401,
          changed_byte: 401,
          truncated_json: 400,
          oldest: 202,
          past: 401,
          furthest_ahead: 202,
          future: 401,
          old_key: 202,
          replayed: 202,
          unknown_owner: 401,
        },
      },
    )
  })

for (const version of ["v3.1", "v4.0"] as const)
  hostileSuite(`POST /banks/{bankId}/open-banking/${version}/event-notifications`, async () => {
    const make: Make = (key, iat) =>
      signToken(key, openBankingClaims({ iat, toe: seconds(5_000) }), { typ: undefined })
    const made = tokenFor(make, { fresh: rsaKey, old: oldRsa, wrong: otherRsa })
    return wayIn(
      {
        path: `/banks/demo/open-banking/${version}/event-notifications`,
        type: "application/jwt",
        body: await made({}),
        made,
        headers: async () => ({ "x-fapi-interaction-id": "93bac548-d2de-4546-b106-880a5018460d" }),
        jwks: [rsaKey.jwk, oldRsa.jwk],
      },
      {
        ...SET_TIMES,
        bodyBytesMax: MIB,
        errorMembers: ["Code", "Id", "Message", "Errors"],
        namesFaults: "the standard has a code for each",
        expected: { ...TAKEN_TOKEN, ...REFUSED_TOKEN, ...LIMITS },
      },
    )
  })

hostileSuite("POST /banks/{bankId}/fdx/v6/notifications", async () =>
  wayIn(
    {
      path: "/banks/demo/fdx/v6/notifications",
      type: "application/json",
      body: encode(
        JSON.stringify({
          notificationId: "evt_1",
          type: "BALANCE",
          category: "NEW_DATA",
          sentOn: new Date(NOW).toISOString(),
          notificationPayload: {
            id: "Kx7Qm2vX9kLtB4wZ8pR5nYdA",
            idType: "CUSTOMER",
            customFields: { name: "accountId", value: "acc_1" },
          },
        }),
      ),
      headers: async ({ proof }): Promise<Record<string, string>> =>
        proof === "none"
          ? {}
          : {
              authorization:
                proof === "malformed" ? "Basic x" : `Bearer ${proof === "wrong_key" ? "no" : BANK_KEY}`,
            },
    },
    {
      bodyBytesMax: 65_536,
      errorMembers: ["code", "message"],
      expected: {
        ...LIMITS,
        ...NO_TIME,
        largest: 204,
        good: 204,
        replayed: 204,
        no_proof: 401,
        wrong_key: 401,
        malformed_proof: 401,
        unknown_owner: 401,
        truncated_json: 400,
        changed_byte: none("nothing signs the body: it is a hint only"),
        old_key: none("keys of banks are told apart in authenticate-bank.ts"),
      },
    },
  ),
)
