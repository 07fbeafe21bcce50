import { beforeEach, describe, expect, test } from "vitest"
import { createBankLogin, type BankLogin } from "../../../src/links/bank-login.ts"
import { isLoopbackIssuer } from "../../../src/links/bank-http.ts"
import { ACCOUNTS, API, BANK, createFakeBank, METADATA, type FakeBank } from "../../support/fake-bank.ts"

let bank: FakeBank
let login: BankLogin

beforeEach(async () => {
  bank = await createFakeBank()
  login = createBankLogin({
    signing: bank.signing,
    adapters: {},
    consents: {},
    publicOrigin: "https://gateway.example",
    development: false,
    fetch: bank.fetch,
  })
})

async function start() {
  const started = await login.start(BANK, "en")
  if (!started.ok) throw new Error(started.error.reason)
  return started.value.attempt
}

describe("start()", () => {
  test("pushes everything and puts only client and request_uri into the address", async () => {
    const started = await login.start(BANK, "ar")
    expect(started.ok && started.value.url).toBe(
      "https://bank.example/oidc/auth?client_id=tellerline&request_uri=urn%3Aexample%3A1",
    )
    const { pushed } = bank.seen
    expect(Object.fromEntries(pushed)).toMatchObject({
      response_type: "code",
      redirect_uri: "https://gateway.example/link/callback",
      scope: "openid offline_access accounts",
      code_challenge_method: "S256",
      prompt: "login consent",
      acr_values: "urn:bank:2fa",
      ui_locales: "ar",
    })
    expect(JSON.parse(pushed.get("authorization_details") ?? "")).toEqual([
      {
        type: "account_information",
        actions: ["list_accounts", "read_balances", "read_transactions"],
        locations: [API],
      },
    ])
  })

  test("P4: for proof alone it asks who sits there and nothing else, takes what gives no refresh token, and ends nothing at the bank", async () => {
    const started = await login.start(BANK, "en", "proof")
    if (!started.ok) throw new Error(started.error.reason)
    const { pushed } = bank.seen
    expect(Object.fromEntries(pushed)).toMatchObject({ scope: "openid", prompt: "login", max_age: "0" })
    expect(pushed.has("authorization_details")).toBe(false)
    bank.spoilt.token = { refresh_token: undefined, authorization_details: undefined }
    const { attempt } = started.value
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({
      ok: true,
      value: { reference: bank.reference, accounts: [] },
    })
    bank.spoilt.token = { token_type: "Bearer", refresh_token: "rt-strange" }
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({ ok: false })
    expect(bank.revoked).toEqual([])
  })

  test("asks once more with the nonce the bank wants, and a fresh assertion and proof", async () => {
    await start()
    expect(bank.calls).toEqual([
      { path: "/oidc/par", nonce: false },
      { path: "/oidc/par", nonce: true },
    ])
  })

  test("makes another state, nonce, verifier and key for each attempt", async () => {
    const [first, second] = [await start(), await start()]
    for (const member of ["state", "nonce", "verifier"] as const)
      expect(first[member]).not.toBe(second[member])
    expect(first.dpop?.publicKey).not.toEqual(second.dpop?.publicKey)
    expect(first.dpop?.publicKey).not.toHaveProperty("d")
  })

  test.each(
    Object.keys(METADATA).filter(
      (name) => !["issuer", "id_token_signing_alg_values_supported"].includes(name),
    ),
  )("fails closed where the metadata lacks %s", async (name) => {
    bank.spoilt.metadata = { [name]: undefined }
    expect(await login.start(BANK, "en")).toEqual({
      ok: false,
      error: { reason: "bank_misconfigured", lacking: [name] },
    })
    expect(bank.calls).toEqual([])
  })

  test("refuses the metadata of another issuer", async () => {
    bank.spoilt.metadata = { issuer: "https://evil.example/oidc" }
    expect(await login.start(BANK, "en")).toMatchObject({ error: { reason: "bank_misconfigured" } })
  })

  test("refuses plain http to an issuer that is not on loopback, in development too", async () => {
    const careless = createBankLogin({
      signing: bank.signing,
      adapters: {},
      consents: {},
      publicOrigin: "http://localhost:8787",
      development: true,
      fetch: bank.fetch,
    })
    const started = await careless.start({ ...BANK, issuer: "http://bank.example/oidc" }, "en")
    expect(started).toMatchObject({ ok: false })
    expect(bank.calls).toEqual([])
  })

  test("says that the bank is unreachable, and fetches the metadata anew the next time", async () => {
    let down = true
    const flaky = createBankLogin({
      signing: bank.signing,
      adapters: {},
      consents: {},
      publicOrigin: "https://gateway.example",
      development: false,
      fetch: ((...args: Parameters<typeof fetch>) =>
        down ? Promise.reject(new TypeError("connection refused")) : bank.fetch(...args)) as typeof fetch,
    })
    expect(await flaky.start(BANK, "en")).toEqual({
      ok: false,
      error: { reason: "bank_unreachable", outage: { reason: "unreachable", retry: "later" } },
    })
    down = false
    expect(await flaky.start(BANK, "en")).toMatchObject({ ok: true })
  })

  test("a request that was cut off while it asked for the metadata keeps nobody else waiting", async () => {
    let cutOff = true
    const cold = createBankLogin({
      signing: bank.signing,
      adapters: {},
      consents: {},
      publicOrigin: "https://gateway.example",
      development: false,
      fetch: (async (...args: Parameters<typeof fetch>) => {
        if (cutOff) {
          cutOff = false
          await new Promise<never>(() => undefined)
        }
        return bank.fetch(...args)
      }) as typeof fetch,
    })
    void cold.start(BANK, "en")
    expect(await cold.start(BANK, "en")).toMatchObject({ ok: true })
  })

  test("passes the bank's refusal on as a registered word only", async () => {
    bank.spoilt.parError = "invalid_authorization_details"
    expect(await login.start(BANK, "en")).toEqual({
      ok: false,
      error: { reason: "bank_refused", code: "invalid_authorization_details" },
    })
    bank.spoilt.parError = "Please contact +49 151 1234567"
    expect(await login.start(BANK, "en")).toMatchObject({ error: { code: "other" } })
  })
})

describe("finish()", () => {
  test("gives tokens, the customer and the accounts they chose", async () => {
    const attempt = await start()
    const finished = await login.finish(BANK, attempt, bank.answer())
    expect(finished).toMatchObject({
      ok: true,
      value: {
        reference: bank.reference,
        name: "Ada Lovelace",
        tokens: { v: 1, accessToken: "at-0", refreshToken: "rt-0", dpop: attempt.dpop },
      },
    })
    expect(finished.ok && finished.value.accounts).toEqual(
      ACCOUNTS.map(({ name, ...account }) => ({ ...account, label: name })),
    )
  })

  test.each([
    ["a missing iss", { iss: undefined }, "issuer_mismatch"],
    ["another iss", { iss: "https://evil.example" }, "issuer_mismatch"],
    ["another iss with an error", { iss: "https://evil.example", error: "access_denied" }, "issuer_mismatch"],
    ["a missing state", { state: undefined }, "state_mismatch"],
    ["another state", { state: "x" }, "state_mismatch"],
    ["another state with an error", { state: "x", error: "access_denied" }, "state_mismatch"],
    ["a denial", { code: undefined, error: "access_denied" }, "denied"],
    ["a missing second factor", { error: "unmet_authentication_requirements" }, "second_factor_missing"],
    ["another error", { error: "server_error" }, "bank_refused"],
    ["no code", { code: undefined }, "answer_refused"],
    ["a code the bank does not know", { code: "made-up" }, "answer_refused"],
    ["a signed response we did not ask for", { response: "x.y.z" }, "answer_refused"],
  ])("refuses %s", async (_, changes, reason) => {
    const attempt = await start()
    expect(await login.finish(BANK, attempt, bank.answer(changes))).toMatchObject({
      ok: false,
      error: { reason },
    })
  })

  test("exchanges nothing before issuer and state were judged", async () => {
    const attempt = await start()
    const before = bank.calls.length
    await login.finish(BANK, attempt, bank.answer({ state: "x" }))
    await login.finish(BANK, attempt, bank.answer({ iss: "https://evil.example" }))
    expect(bank.calls.length).toBe(before)
  })

  const seconds = () => Math.floor(Date.now() / 1000)
  test.each([
    ["another issuer", { iss: "https://evil.example" }, "answer_refused"],
    ["another audience", { aud: "somebody-else" }, "answer_refused"],
    ["a further audience", { aud: ["tellerline", "somebody-else"] }, "answer_refused"],
    ["another nonce", { nonce: "x" }, "answer_refused"],
    ["no nonce", { nonce: undefined }, "answer_refused"],
    ["an end in the past", { exp: seconds() - 60 }, "answer_refused"],
    ["a start in the future", { iat: seconds() + 60, nbf: seconds() + 60 }, "answer_refused"],
    ["no subject", { sub: undefined }, "answer_refused"],
    ["no second factor", { acr: "urn:bank:1fa" }, "second_factor_missing"],
    ["no word on factors", { acr: undefined }, "second_factor_missing"],
    ["a login before this attempt", { auth_time: seconds() - 120 }, "second_factor_missing"],
    ["no time of login", { auth_time: undefined }, "second_factor_missing"],
  ])("refuses an ID token with %s", async (_, claims, reason) => {
    bank.spoilt.claims = claims
    const attempt = await start()
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({ ok: false, error: { reason } })
  })

  test("takes a login a few seconds before the attempt, for clocks differ", async () => {
    bank.spoilt.claims = { auth_time: seconds() - 20 }
    const attempt = await start()
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({ ok: true })
  })

  test("refuses an ID token signed with a key the bank does not publish, and gives its tokens back", async () => {
    bank.spoilt.strangeKey = true
    const attempt = await start()
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({
      error: { reason: "answer_refused" },
    })
    expect(bank.revoked).toEqual(["rt-0"])
  })

  test("refuses an ID token with alg none", async () => {
    bank.spoilt.unsignedIdToken = true
    const attempt = await start()
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({
      error: { reason: "answer_refused" },
    })
  })

  test.each([
    ["a bearer token", { token_type: "Bearer" }, "answer_refused"],
    ["no refresh token", { refresh_token: undefined }, "answer_refused"],
    ["no ID token", { id_token: undefined }, "answer_refused"],
    [
      "no accounts",
      { authorization_details: [{ type: "account_information", accounts: [] }] },
      "no_accounts",
    ],
    ["no detail", { authorization_details: undefined }, "no_accounts"],
    [
      "a detail of another type",
      { authorization_details: [{ type: "payments", accounts: ACCOUNTS }] },
      "no_accounts",
    ],
  ])("refuses %s", async (_, token, reason) => {
    bank.spoilt.token = token
    const attempt = await start()
    expect(await login.finish(BANK, attempt, bank.answer())).toMatchObject({ ok: false, error: { reason } })
  })

  test("gives back at the bank what it will not use", async () => {
    bank.spoilt.token = { authorization_details: undefined }
    const attempt = await start()
    await login.finish(BANK, attempt, bank.answer())
    expect(bank.revoked).toEqual(["rt-0"])
  })

  test("refuses a code that was pushed with another verifier or key", async () => {
    const attempt = await start()
    const other = await start()
    const mixed = { ...other, verifier: attempt.verifier }
    expect(await login.finish(BANK, mixed, bank.answer())).toMatchObject({
      error: { reason: "answer_refused" },
    })
    const { dpop } = attempt
    if (!dpop) throw new Error("the tokens are not bound")
    const stolen = { ...other, dpop }
    expect(await login.finish(BANK, stolen, bank.answer())).toMatchObject({
      error: { reason: "answer_refused" },
    })
  })
})

describe("refresh() and revoke()", () => {
  async function linked() {
    const attempt = await start()
    const finished = await login.finish(BANK, attempt, bank.answer())
    if (!finished.ok) throw new Error(finished.error.reason)
    return finished.value.tokens
  }

  test("refresh() keeps the refresh token of a bank that does not rotate", async () => {
    const fresh = await login.refresh(BANK, await linked())
    expect(fresh).toMatchObject({ ok: true, value: { accessToken: "at-1", refreshToken: "rt-0" } })
  })

  test("refresh() takes the new one of a bank that does", async () => {
    bank.spoilt.rotate = true
    const fresh = await login.refresh(BANK, await linked())
    expect(fresh).toMatchObject({ ok: true, value: { accessToken: "at-1", refreshToken: "rt-1" } })
  })

  test("refresh() tells an ended grant from a bank that does not answer", async () => {
    const tokens = await linked()
    bank.spoilt.refreshError = "invalid_grant"
    expect(await login.refresh(BANK, tokens)).toEqual({ ok: false, error: { reason: "link_ended" } })
    bank.spoilt.refreshError = "temporarily_unavailable"
    expect(await login.refresh(BANK, tokens)).toMatchObject({ error: { reason: "outage" } })
  })

  test("renew() gives tokens under another pair, and the old pair's halves are not among them", async () => {
    bank.spoilt.rotate = true
    const tokens = await linked()
    const fresh = await login.renew(BANK, tokens)
    expect(fresh).toMatchObject({ ok: true, value: { accessToken: "at-1", refreshToken: "rt-1" } })
    if (!fresh.ok) return
    expect(fresh.value.dpop?.publicKey).not.toEqual(tokens.dpop?.publicKey)
    expect(JSON.stringify(fresh.value)).not.toContain(tokens.dpop?.privateKey.d ?? "none")
  })

  test("renew() stays with the pair at a bank that binds its refresh tokens to it", async () => {
    bank.spoilt.bindsRefresh = true
    const tokens = await linked()
    expect(await login.renew(BANK, tokens)).toMatchObject({
      ok: true,
      value: { accessToken: "at-1", dpop: tokens.dpop },
    })
  })

  test("renew() says that a grant has ended, and retire() ends an access token alone", async () => {
    const tokens = await linked()
    expect(await login.retire(BANK, tokens)).toEqual({ ok: true, value: undefined })
    expect(bank.revoked).toEqual(["at-0"])
    bank.spoilt.refreshError = "invalid_grant"
    expect(await login.renew(BANK, tokens)).toEqual({ ok: false, error: { reason: "link_ended" } })
  })

  test("revoke() ends the grant by its refresh token", async () => {
    expect(await login.revoke(BANK, await linked())).toEqual({ ok: true, value: undefined })
    expect(bank.revoked).toEqual(["rt-0"])
  })
})

test("isLoopbackIssuer() takes plain http on this machine and nothing that looks like it", () => {
  for (const issuer of ["http://localhost:8788/bank/oidc", "http://127.0.0.1/x", "http://[::1]:1/x"])
    expect(isLoopbackIssuer(issuer)).toBe(true)
  for (const issuer of [
    "https://localhost/x",
    "http://localhost.evil.example",
    "http://127.0.0.1.nip.io",
    "x",
  ])
    expect(isLoopbackIssuer(issuer)).toBe(false)
})
