// The customer's own pages with Conversation, directory and bank as stand-ins: what they hold is set by a test, what was asked of them is
// noted in order. Requests go through the routes alone, with real sealed cookies. Not for src/.
import { Hono } from "hono"
import type { ConsentView } from "../../src/conversations/consent-view.ts"
import type { Everything, OwnUses } from "../../src/conversations/own-data.ts"
import type { OwnDataEntry } from "../../src/conversations/own-data-entry.ts"
import type { Whom } from "../../src/conversations/person-world.ts"
import type { OwnWish } from "../../src/conversations/turn-context.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../src/http/headers.ts"
import type { LoginRefusal } from "../../src/links/bank-refusal.ts"
import type { AlertDefaults, BankRecord } from "../../src/banks/bank.ts"
import type { Preferences } from "../../src/preferences/preferences.ts"
import type { Held } from "../../src/privacy/me/held.ts"
import type { MeActs, MeWorld } from "../../src/privacy/me/me.ts"
import { createMeRoutes } from "../../src/privacy/me/routes.tsx"
import {
  createSession,
  sealSession,
  sealStep,
  SESSION_COOKIE,
  STEP_COOKIE,
  type Session,
  type Step,
} from "../../src/privacy/me/session.ts"
import { createVault, type Vault } from "../../src/vault/vault.ts"
import { BANK } from "./fake-bank.ts"
import { TEST_KEYS } from "./keys.ts"

export const ORIGIN = "https://gateway.example"
export const AT = Date.UTC(2026, 10, 22, 9)
export const LINK = "link_secret" as LinkId
export const ON = ["transaction_alerts", "fraud_alerts"] as const
export const ANA: Whom = {
  person: "person_ana" as PersonId,
  page: "100000000000001" as PageId,
  bank: "demo" as BankId,
}
/** Somebody at another bank. */
export const BEN: Whom = {
  person: "person_ben" as PersonId,
  page: "100000000000002" as PageId,
  bank: "other" as BankId,
}

type Fields = Readonly<Record<string, string>>

/** The pages, and everything behind them. */
export class OwnPages {
  at = AT
  /** What was asked of the rooms below, in order. */
  readonly asked: string[] = []
  /** What else the bank's record has. */
  more: Partial<BankRecord> = {}
  /** What was logged. */
  readonly lines: string[] = []
  /** One-time links that were not used. */
  readonly good = new Set(["entry-1"])
  consent: ConsentView | undefined = {
    v: 1,
    link: LINK,
    purposes: ON,
    showAmounts: false,
    accounts: [
      { id: "acc-secret-1", kind: "checking", label: "<b>Everyday</b>", last4: "4821", currency: "EUR" },
    ],
    givenAt: AT,
    until: AT + 86_400_000,
    coming: [],
  }
  /** What they want to hear, where they chose. */
  preferences: Preferences | undefined
  /** The bank's default of that. */
  defaults: AlertDefaults | undefined
  /** What its logins were asked for. */
  readonly loginsFor: (string | undefined)[] = []
  /** What the bank's login comes to, where it does not succeed. */
  refusal: LoginRefusal | undefined
  /** Who logs in at the bank. */
  reference = "cust-ana"
  /** The directory does not answer. */
  down = false
  uses: OwnUses = { v: 1, uses: [], more: false, whole: true }
  held: Held = { v: 1, since: AT, links: [], receipts: [], whole: true }
  everything: Everything = {
    v: 1,
    remembered: { psid: "72359690250745605", language: "en" },
    said: [],
    heard: [],
    cut: false,
  }
  readonly vault: Vault
  readonly app = new Hono<{ Variables: RequestVariables }>()

  constructor() {
    const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
    if (!ring.ok) throw new Error("test keys")
    this.vault = createVault(ring.value, () => this.at, random)
    this.app.use(requestIdentity)
    this.app.route("/", createMeRoutes(this.#world()))
    this.app.get("/link/callback/:bankId?", (c) => c.text("the linking pages'"))
  }

  /** A visit that begins now. */
  visit(whom: Whom = ANA): Session {
    return createSession(whom, "en", this.at, random)
  }

  /** The token of a one-time link. */
  tokenFor(whom: Whom, id = "entry-1", until = AT + 5 * MINUTE_MS): Promise<string> {
    const entry: OwnDataEntry = { v: 1, whom, id, until, language: "en" }
    return this.vault.sealForDays("me", "entry", "token", JSON.stringify(entry))
  }

  async get(path: string, session?: Session, more: Fields = {}): Promise<Response> {
    return this.app.request(ORIGIN + path, { headers: { ...(await this.#cookie(session)), ...more } })
  }

  /** @param origin `null`: the browser names none */
  async post(
    path: string,
    fields: Fields,
    session?: Session,
    origin: string | null = ORIGIN,
  ): Promise<Response> {
    return this.app.request(ORIGIN + path, {
      method: "POST",
      body: new URLSearchParams(fields).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(origin === null ? {} : { origin }),
        ...(await this.#cookie(session)),
      },
    })
  }

  /** Press a button of a visit. */
  press(path: string, session: Session, fields: Fields): Promise<Response> {
    return this.post(path, { form: session.form, ...fields }, session)
  }

  /** What was asked of the bank, waiting in its cookie. */
  stepFor(act: Step["act"], more: Partial<Step> = {}): Step {
    return { v: 1, session: this.visit(), link: LINK, act, login: attempt(), startedAt: this.at, ...more }
  }

  /** The bank's answer to it. */
  async callback(step: Step, state = step.login.state): Promise<Response> {
    return this.get(`/link/callback?code=c&state=${state}&iss=https://bank.example`, undefined, {
      cookie: `${STEP_COOKIE}=${await sealStep(this.vault, step)}`,
    })
  }

  async #cookie(session: Session | undefined): Promise<Fields> {
    return session ? { cookie: `${SESSION_COOKIE}=${await sealSession(this.vault, session)}` } : {}
  }

  #note(name: string, whom: Whom, more: unknown = ""): void {
    this.asked.push(`${name} ${whom.person} ${typeof more === "string" ? more : JSON.stringify(more)}`.trim())
  }

  #world(): MeWorld {
    const write = (event: string, fields?: object) => void this.lines.push(event + JSON.stringify(fields))
    return {
      vault: this.vault,
      random,
      now: () => this.at,
      log: { info: write, warn: write, error: write },
      publicOrigin: ORIGIN,
      messengerLinkOrigin: "https://m.me",
      findBank: async (id) => {
        if (this.down) throw new Error("Cannot find a bank: unavailable, asked for cust-7f3a1b9c")
        if (this.defaults) return { ...BANK, ...this.more, defaults: this.defaults }
        return id === BANK.id ? { ...BANK, ...this.more } : { ...BANK, id, name: "Other Bank" }
      },
      login: this.#login(),
      chat: {
        enter: async (whom, entry) => {
          this.#note("enter", whom, entry)
          return this.good.delete(entry)
        },
        ownData: async () => ({
          v: 1,
          language: "en",
          ...(this.consent ? { consent: this.consent } : {}),
          ...(this.preferences ? { preferences: this.preferences } : {}),
        }),
        uses: async () => this.uses,
        everything: async () => this.everything,
      },
      held: async () => this.held,
      isCustomer: async (link, given) => link === LINK && given === "cust-ana",
      sign: async () => "ey.signed.receipt",
      acts: this.#acts(),
    }
  }

  #login(): MeWorld["login"] {
    return {
      start: async (_bank, _language, purpose) => {
        this.loginsFor.push(purpose)
        return this.refusal
          ? err(this.refusal)
          : ok({ url: "https://bank.example/oidc/auth?request_uri=x", attempt: attempt() })
      },
      finish: async () => {
        if (this.refusal) return err(this.refusal)
        const tokens = { v: 1, accessToken: "a", accessExpiresAt: this.at, refreshToken: "r" } as const
        return ok({ tokens, reference: this.reference, accounts: [] })
      },
      revoke: async (_, { refreshToken }) => {
        this.asked.push(`given back ${refreshToken}`)
        return ok(undefined)
      },
    }
  }

  #acts(): MeActs {
    return {
      prefer: async (whom, link, preferences) => {
        this.#note("prefer", whom, link)
        if (this.consent?.link === link) this.preferences = preferences
        return this.consent?.link === link
      },
      change: async (whom, link, wish) => {
        this.#note("change", whom, wish)
        if (this.consent?.link !== link) return undefined
        this.consent = changed(this.consent, wish)
        return this.consent
      },
      disconnect: async (whom, link) => {
        this.#note("disconnect", whom)
        const was = this.consent?.link === link
        this.consent = undefined
        return was
      },
      erase: async (whom) => {
        this.#note("erase", whom)
        return "/privacy/erasure/code-1"
      },
    }
  }
}

/** A cookie of an answer. */
export function cookieOf(response: Response, name: string): string | undefined {
  return new RegExp(`${name}=([^;]*)`).exec(response.headers.get("set-cookie") ?? "")?.[1]
}

function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes))
}

function attempt(): Step["login"] {
  return { state: "state-1", nonce: "n", verifier: "v", startedRealAt: AT }
}

function changed(before: ConsentView, { on = [], off = [], showAmounts }: OwnWish): ConsentView {
  return {
    ...before,
    purposes: [...before.purposes, ...on].filter((each) => !off.includes(each)),
    showAmounts: showAmounts ?? before.showAmounts,
  }
}
