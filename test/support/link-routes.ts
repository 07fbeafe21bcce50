// The linking pages' routes with linking itself as a stand-in: what a browser gets, posts and keeps. Runs in Node. Not for src/.
import { Hono } from "hono"
import { beforeEach } from "vitest"
import type { BankRecord } from "../../src/banks/bank.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import type { LinkId, PageId, PersonId } from "../../src/foundation/id.ts"
import type { Log } from "../../src/foundation/log.ts"
import { type Purpose } from "../../src/foundation/purpose.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../src/http/headers.ts"
import type { Linking } from "../../src/links/linking.ts"
import {
  LINKING_COOKIE,
  type AtBank,
  sealLinkingState,
  type LinkingState,
  type Offered,
  type Pending,
} from "../../src/links/linking-cookie.ts"
import { type LinkingRefusal } from "../../src/links/linking-refusal.ts"
import { createLinkRoutes } from "../../src/links/routes.tsx"
import { createVault } from "../../src/vault/vault.ts"
import { BANK } from "./fake-bank.ts"
import { TEST_KEYS } from "./keys.ts"

export const ORIGIN = "https://gateway.example"
export const REDIRECT = "https://www.facebook.com/messenger_platform/account_linking?account_linking_token=T"
export const AT = Date.UTC(2026, 10, 22, 9)
/** How long Messenger's own way back is used. */
export const LOG_IN_MS = 4.5 * MINUTE_MS
const ACCOUNTS = [
  { id: "acc-secret-1", kind: "checking", label: "<b>Everyday</b>", last4: "4821", currency: "EUR" },
] as const

const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
if (!ring.ok) throw new Error("test keys")
export const vault = createVault(
  ring.value,
  () => given.at,
  (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
)

const attempt = {
  v: 1,
  attempt: "attempt-1",
  bank: BANK.id,
  page: "100000000000001" as PageId,
  person: "person_secret" as PersonId,
  redirectUri: REDIRECT,
  logInUntil: AT + LOG_IN_MS,
  language: "en",
  startedAt: AT,
} as const
export const pending: Pending = {
  ...attempt,
  phase: "pending",
  link: "link_secret" as LinkId,
  authorizationCode: "ac-1",
}
export const offered: Offered = { ...pending, phase: "offered", code: "482109" }
export const atBank: AtBank = {
  ...attempt,
  phase: "bank",
  login: {
    state: "s",
    nonce: "n",
    verifier: "v",
    dpop: { publicKey: { kty: "EC" }, privateKey: { kty: "EC" } },
    startedRealAt: AT,
  },
}

/** What a test sets, and what came of it; as new before each. */
export const given = {
  at: AT,
  refusal: undefined as LinkingRefusal | undefined,
  bank: BANK as BankRecord,
  directoryIsDown: false,
  covered: undefined as readonly Purpose[] | undefined,
  chosen: undefined as { purposes: readonly Purpose[]; showAmounts: boolean } | undefined,
  steps: [] as string[],
  lines: [] as string[],
  app: new Hono<{ Variables: RequestVariables }>(),
}

/** New routes, and nothing set, before each test. */
export function eachWithItsRoutes(): void {
  beforeEach(openRoutes)
}

function openRoutes(): void {
  Object.assign(given, {
    at: AT,
    refusal: undefined,
    bank: BANK,
    directoryIsDown: false,
    covered: undefined,
    chosen: undefined,
    steps: [],
    lines: [],
  })
  const step = <T>(name: string, value: T) => {
    given.steps.push(name)
    return given.refusal ? err(given.refusal) : ok(value)
  }
  const linking: Linking = {
    open: async () => step("open", { bank: given.bank, attempt: "attempt-1", form: "v1.sealed" }),
    readForm: async () => ({
      v: 1,
      page: attempt.page,
      from: { accountLinkingToken: "alt-secret", redirectUri: REDIRECT },
      logInUntil: AT + LOG_IN_MS,
      language: "en",
      at: AT,
    }),
    start: async () => step("start", { url: "https://bank.example/oidc/auth?request_uri=x", state: atBank }),
    finish: async () => step("finish", pending),
    review: async () => {
      given.steps.push("review")
      const values = { bank: BANK.name, operator: "Operator", date: "20 May 2027" }
      return ok({
        accounts: ACCOUNTS,
        ...(given.covered ? { covered: given.covered } : {}),
        values,
        form: "v1.sealed",
      })
    },
    consent: async (_, __, wish) => {
      given.chosen = wish
      return step("consent", offered)
    },
    decline: async () => step("decline", undefined),
    showCode: async () => step("showCode", { state: "pending", minutesLeft: 10 } as const),
  }
  const write = (_: string, event: string, fields?: object) =>
    void given.lines.push(event + JSON.stringify(fields))
  const log: Log = {
    info: (...line) => write("info", ...line),
    warn: (...line) => write("warn", ...line),
    error: (...line) => write("error", ...line),
  }
  const app = (given.app = new Hono<{ Variables: RequestVariables }>())
  app.use(requestIdentity)
  app.route(
    "/",
    createLinkRoutes({
      linking,
      vault,
      now: () => given.at,
      log,
      publicOrigin: ORIGIN,
      messengerLinkOrigin: "https://m.me",
      async findBank(id) {
        if (given.directoryIsDown) throw new Error("Cannot find a bank: unavailable, asked for cust-7f3a1b9c")
        return id === BANK.id ? given.bank : undefined
      },
      findBankOfIssuer: async (issuer) => (issuer === BANK.issuer ? BANK : undefined),
    }),
  )
}

export async function get(path: string, state?: LinkingState, headers: Record<string, string> = {}) {
  const cookie = state ? `${LINKING_COOKIE}=${await sealLinkingState(vault, state)}` : undefined
  return given.app.request(ORIGIN + path, { headers: { ...headers, ...(cookie ? { cookie } : {}) } })
}

export async function post(
  path: string,
  fields: Record<string, string> | URLSearchParams,
  state?: LinkingState,
  origin: string | null = ORIGIN,
) {
  const cookie = state ? `${LINKING_COOKIE}=${await sealLinkingState(vault, state)}` : undefined
  return given.app.request(ORIGIN + path, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(origin === null ? {} : { origin }),
      ...(cookie ? { cookie } : {}),
    },
  })
}

export function cookieOf(response: Response): string | undefined {
  return /__Host-tellerline-link=([^;]*)/.exec(response.headers.get("set-cookie") ?? "")?.[1]
}
