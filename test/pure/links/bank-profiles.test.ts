// Logins that are not FAPI 2.0: what each profile needs, asks and refuses, and how its consent resource lives and ends.
import { generateKeyPair } from "jose"
import { beforeEach, describe, expect, test } from "vitest"
import { CONSENT_ADAPTERS, createAdapters } from "../../../src/banks/adapters/adapters.ts"
import { createBankLogin, type BankLogin } from "../../../src/links/bank-login.ts"
import { listLacking, PROFILES } from "../../../src/links/bank-profile.ts"
import { createElsewhereBank, recordOf, RECORDS, type Elsewhere } from "../../support/elsewhere-bank.ts"

type Bank = Awaited<ReturnType<typeof createElsewhereBank>>
const ALL = Object.keys(RECORDS) as readonly Elsewhere[]
const WITH_CONSENT = ["uk-open-banking", "berlin"] as const
const seconds = () => Math.floor(Date.now() / 1000)

function loginAt(bank: Bank): BankLogin {
  return createBankLogin({
    signing: bank.signing,
    publicOrigin: "https://gateway.example",
    development: false,
    fetch: bank.fetch,
    adapters: createAdapters(() => Date.now()),
    consents: CONSENT_ADAPTERS,
  })
}

async function begin(profile: Elsewhere) {
  const bank = await createElsewhereBank(profile)
  const login = loginAt(bank)
  const started = await login.start(bank.record, "en")
  if (!started.ok) throw new Error(JSON.stringify(started.error))
  bank.visit(started.value.url)
  return { bank, login, attempt: started.value.attempt, url: new URL(started.value.url) }
}

describe("what a profile needs", () => {
  const rows = Object.entries(PROFILES).flatMap(([profile, { needs }]) =>
    needs.map((need) => [profile as keyof typeof PROFILES, need] as const),
  )
  const everything = {
    issuer: recordOf("berlin").issuer,
    authorization_endpoint: "https://b.example/a",
    token_endpoint: "https://b.example/t",
    pushed_authorization_request_endpoint: "https://b.example/p",
    jwks_uri: "https://b.example/j",
    revocation_endpoint: "https://b.example/r",
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    require_pushed_authorization_requests: true,
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ["ES256"],
    dpop_signing_alg_values_supported: ["ES256"],
    authorization_details_types_supported: ["account_information"],
    grant_types_supported: ["client_credentials"],
    request_object_signing_alg_values_supported: ["ES256"],
    claims_parameter_supported: true,
  }

  test.each(rows)(
    "%s lacks %s, and nothing else, where that is missing or says another thing",
    (profile, need) => {
      const { issuer } = recordOf("berlin")
      expect(listLacking({ issuer, profile }, everything)).toEqual([])
      for (const instead of [undefined, ["other"], "", false])
        expect(listLacking({ issuer, profile }, { ...everything, [need]: instead })).toEqual([need])
    },
  )
})

describe.each(ALL)("%s", (profile) => {
  test("links: a request with all that is promised, bearer tokens, and the accounts asked for afterwards", async () => {
    const { bank, login, attempt, url } = await begin(profile)
    const asked = await bank.requested()
    expect(asked).toMatchObject({
      response_type: "code",
      redirect_uri: "https://gateway.example/link/callback/elsewhere",
      code_challenge_method: "S256",
      prompt: "login consent",
      state: attempt.state,
      nonce: attempt.nonce,
    })
    expect(String(asked["max_age"])).toBe("0")
    expect(asked["authorization_details"]).toBeUndefined()
    expect(url.searchParams.get("client_id")).toBe("tellerline")
    const linked = await login.finish(bank.record, attempt, await bank.answer())
    expect(linked).toMatchObject({
      ok: true,
      value: {
        reference: "cust-elsewhere-1",
        tokens: { accessToken: "at-1", refreshToken: "rt-1" },
        accounts: [{ id: "a1", kind: "checking", label: "Main", last4: "4821" }],
      },
    })
    expect(linked.ok && "dpop" in linked.value.tokens).toBe(false)
    const fresh = linked.ok ? await login.refresh(bank.record, linked.value.tokens) : linked
    expect(fresh).toMatchObject({ ok: true, value: { accessToken: "at-2", refreshToken: "rt-2" } })
  })

  test.each([
    ["another issuer", { iss: "https://evil.example" }, "answer_refused"],
    ["another nonce", { nonce: "x" }, "answer_refused"],
    ["another audience", { aud: "x" }, "answer_refused"],
    ["a login of yesterday", { auth_time: seconds() - 86_400 }, "second_factor_missing"],
    ["no time of login", { auth_time: undefined }, "second_factor_missing"],
  ])("refuses an ID token with %s, and gives back what it will not use", async (_, claims, reason) => {
    const { bank, login, attempt } = await begin(profile)
    bank.spoilt.claims = claims
    expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({ error: { reason } })
    if (reason === "second_factor_missing") expect(bank.calls).toContain("revoke rt-1")
  })

  test("takes a token that lives for seconds only", async () => {
    const { bank, login, attempt } = await begin(profile)
    bank.spoilt.token = { expires_in: 5 }
    expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({ ok: true })
  })

  test("refuses a bound token where none was asked for", async () => {
    const { bank, login, attempt } = await begin(profile)
    bank.spoilt.token = { token_type: "DPoP" }
    const refused = await login.finish(bank.record, attempt, await bank.answer())
    expect(refused).toMatchObject({ ok: false, error: { reason: "answer_refused" } })
  })
})

describe.each(["fdx-green", "berlin"] as const)("%s, whose redirect carries no iss", (profile) => {
  test("takes it without, refuses a wrong one, and a missing one where it is promised", async () => {
    const wrong = await begin(profile)
    expect(
      await wrong.login.finish(
        wrong.bank.record,
        wrong.attempt,
        await wrong.bank.answer({ iss: "https://evil.example" }),
      ),
    ).toEqual({ ok: false, error: { reason: "issuer_mismatch" } })
    const promised = await createElsewhereBank(profile)
    promised.spoilt.metadata = { authorization_response_iss_parameter_supported: true }
    const login = loginAt(promised)
    const started = await login.start(promised.record, "en")
    if (!started.ok) throw new Error(started.error.reason)
    promised.visit(started.value.url)
    expect(await login.finish(promised.record, started.value.attempt, await promised.answer())).toEqual({
      ok: false,
      error: { reason: "issuer_mismatch" },
    })
  })
})

describe("UK Open Banking", () => {
  let world: Awaited<ReturnType<typeof begin>>
  beforeEach(async () => {
    world = await begin("uk-open-banking")
  })

  test("signs its request, which claims the consent and two factors of the ID token", async () => {
    expect([...world.url.searchParams.keys()].toSorted()).toEqual([
      "client_id",
      "request",
      "response_type",
      "scope",
    ])
    expect(await world.bank.requested()).toMatchObject({
      response_mode: "jwt",
      claims: {
        id_token: {
          openbanking_intent_id: { value: "consent-1", essential: true },
          acr: { essential: true, values: ["urn:openbanking:psd2:sca"] },
        },
      },
    })
  })

  test.each([
    ["of another issuer", { iss: "https://evil.example" }, "issuer_mismatch"],
    ["for another client", { aud: "somebody-else" }, "answer_refused"],
    ["that is over", { exp: seconds() - 120 }, "answer_refused"],
    ["of another attempt", { state: "x" }, "state_mismatch"],
    ["of another attempt, with an error", { state: "x", error: "access_denied" }, "state_mismatch"],
    ["that denies", { error: "access_denied" }, "denied"],
    ["without a state", { state: undefined }, "state_mismatch"],
  ])("refuses a signed redirect %s, and exchanges nothing", async (_, changes, reason) => {
    const { bank, login, attempt } = world
    expect(await login.finish(bank.record, attempt, await bank.signedAnswer(changes))).toMatchObject({
      ok: false,
      error: { reason },
    })
    expect(bank.calls).not.toContain("token authorization_code")
  })

  test("refuses a redirect somebody else signed, and one nobody signed", async () => {
    const { bank, login, attempt } = world
    const { privateKey } = await generateKeyPair("ES256")
    const plain = new URLSearchParams({ code: "code-1", state: attempt.state, iss: bank.record.issuer })
    for (const answer of [await bank.signedAnswer({}, privateKey), plain])
      expect(await login.finish(bank.record, attempt, answer)).toMatchObject({
        error: { reason: "answer_refused" },
      })
    expect(bank.calls).not.toContain("token authorization_code")
  })

  test("a bank that changed its keys a moment ago is believed by its new ones", async () => {
    const { bank, login, attempt } = world
    expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({ ok: true })
    await bank.changeKey("elsewhere-2")
    for (const _ of [1, 2])
      expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({ ok: true })
    expect(bank.seen.keysRead).toBe(2)
  })

  test("P15: redirects signed with keys nobody published make us look once, not once each", async () => {
    const { bank, login, attempt } = world
    const { privateKey } = await generateKeyPair("ES256")
    expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({ ok: true })
    for (let nth = 0; nth < 20; nth += 1)
      expect(
        await login.finish(bank.record, attempt, await bank.signedAnswer({}, privateKey, `stranger-${nth}`)),
      ).toMatchObject({ error: { reason: "answer_refused" } })
    expect(bank.seen.keysRead).toBe(2)
  })

  test.each([
    ["another consent", { openbanking_intent_id: "consent-2" }, "answer_refused"],
    ["no consent", { openbanking_intent_id: undefined }, "answer_refused"],
    ["one factor", { acr: "urn:openbanking:psd2:ca" }, "second_factor_missing"],
  ])("refuses an ID token with %s", async (_, claims, reason) => {
    const { bank, login, attempt } = world
    bank.spoilt.claims = claims
    expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({ error: { reason } })
  })
})

test.each([
  ["uk-open-banking", { covers: ["ReadAccountsDetail", "ReadBalances"] }],
  ["berlin", { covers: { accounts: [{ iban: "x" }], balances: [{ iban: "x" }] } }],
  ["fdx-green", { token: { scope: "openid offline_access ACCOUNT_BASIC BALANCES" } }],
] as const)("P4: %s: a login that allowed balances alone covers no payment", async (profile, spoilt) => {
  const { bank, login, attempt } = await begin(profile)
  Object.assign(bank.spoilt, spoilt)
  expect(await login.finish(bank.record, attempt, await bank.answer())).toMatchObject({
    ok: true,
    value: { covered: ["balance_updates", "fraud_alerts", "support_chat"] },
  })
})

test.each(ALL)(
  "P4: %s: a login for proof alone leaves the customer's one consent where it is",
  async (profile) => {
    const bank = await createElsewhereBank(profile)
    const record = { ...bank.record, acrValues: ["urn:bank:2fa"] }
    const started = await loginAt(bank).start(record, "en", "proof")
    if (!started.ok) throw new Error(JSON.stringify(started.error))
    bank.visit(started.value.url)
    const identity = PROFILES[profile].proof === "identity"
    expect(started.value.attempt.identity).toBe(identity ? true : undefined)
    expect(bank.calls).toEqual(
      identity ? [] : ["token client_credentials", "POST /account-access-consents as client-token"],
    )
    expect((await bank.requested())["scope"]).toBe(identity ? "openid" : PROFILES[profile].scope)
  },
)

test("where no class of login is agreed, proof is a consent that was allowed", async () => {
  const bank = await createElsewhereBank("berlin")
  const started = await loginAt(bank).start({ ...bank.record, acrValues: [] }, "en", "proof")
  expect(started).toMatchObject({ ok: true, value: { attempt: { consent: "consent-1" } } })
})

test("Berlin names the consent in its scope", async () => {
  const { bank } = await begin("berlin")
  expect((await bank.requested())["scope"]).toBe("openid offline_access AIS:consent-1")
})

describe.each(WITH_CONSENT)("the consent resource of %s", (profile) => {
  const consents = profile === "berlin" ? "/consents" : "/account-access-consents"
  const removal = `DELETE ${consents}/consent-1 as client-token`

  test("is made by us before the customer goes, and looked at before the accounts are", async () => {
    const { bank, login, attempt } = await begin(profile)
    expect(bank.calls).toEqual(["token client_credentials", `POST ${consents} as client-token`])
    const linked = await login.finish(bank.record, attempt, await bank.answer())
    expect(linked).toMatchObject({ ok: true, value: { tokens: { consent: "consent-1" } } })
    const looks =
      profile === "berlin"
        ? [`GET ${consents}/consent-1/status`, `GET ${consents}/consent-1`]
        : [`GET ${consents}/consent-1`]
    expect(bank.calls.slice(2, 5 + looks.length)).toEqual([
      "token authorization_code",
      "token client_credentials",
      ...looks.map((look) => `${look} as client-token`),
      "GET /accounts as at-1",
    ])
  })

  test("that was not allowed links nothing, and is deleted with its token", async () => {
    const { bank, login, attempt } = await begin(profile)
    bank.spoilt.status = profile === "berlin" ? "received" : "AWAU"
    expect(await login.finish(bank.record, attempt, await bank.answer())).toEqual({
      ok: false,
      error: { reason: "answer_refused", code: "consent_status" },
    })
    expect(bank.calls.slice(-2)).toEqual([removal, "revoke rt-1"])
  })

  test("is deleted when its customer says no, and not for a stranger's answer", async () => {
    const { bank, login, attempt } = await begin(profile)
    await login.finish(bank.record, attempt, await bank.answer({ state: "x" }))
    expect(bank.calls).not.toContain(removal)
    await login.finish(bank.record, attempt, await bank.answer({ error: "access_denied" }))
    expect(bank.calls).toContain(removal)
  })

  test("is deleted before the token is revoked; until the bank took that, the token stays and it is said again", async () => {
    const { bank, login } = await begin(profile)
    const tokens = { refreshToken: "rt-1", consent: "consent-1" }
    bank.spoilt.deletion = 503
    expect(await login.revoke(bank.record, tokens)).toMatchObject({
      ok: false,
      error: { reason: "unavailable" },
    })
    expect(bank.calls).not.toContain("revoke rt-1")
    bank.spoilt.deletion = 404
    expect(await login.revoke(bank.record, tokens)).toEqual({ ok: true, value: undefined })
    expect(bank.calls.slice(-2)).toEqual([removal, "revoke rt-1"])
  })

  test("that the bank does not make sends nobody anywhere", async () => {
    const bank = await createElsewhereBank(profile)
    bank.spoilt.creation = 403
    expect(await loginAt(bank).start(bank.record, "en")).toEqual({
      ok: false,
      error: { reason: "bank_refused", code: "forbidden" },
    })
  })
})
