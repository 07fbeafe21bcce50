// People, links, events and webhooks for tests of the Conversation: plain values with nothing of the world in them.
import type { Account } from "../../src/banks/bank.ts"
import type { BalanceUpdated, FraudSuspected, TransactionPosted } from "../../src/banks/event.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../src/foundation/id.ts"
import type { Purpose } from "../../src/foundation/purpose.ts"
import type { LinkOffer } from "../../src/links/link.ts"
import type {
  AccountLinking,
  EchoReceived,
  MessageReceived,
  PostbackReceived,
  Referred,
} from "../../src/messenger/event.ts"
import type { Whom } from "../../src/conversations/person-world.ts"
import type { TurnContext } from "../../src/conversations/turn-context.ts"

/** A Sunday noon in Berlin's winter. */
export const NOON = Date.UTC(2026, 10, 22, 11, 0, 0)
export const PSID = "24011100000000001"
/** The app we are. */
export const APP_ID = "1000000000000001"
export const WHOM: Whom = {
  person: "person_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" as PersonId,
  page: "100000000000001" as PageId,
  bank: "demo" as BankId,
}
export const ALL_PURPOSES: readonly Purpose[] = [
  "balance_updates",
  "transaction_alerts",
  "fraud_alerts",
  "account_service",
]

export const BANK: TurnContext["bank"] &
  TurnContext["ways"] &
  Pick<TurnContext, "ownDataUrl" | "erasureUrl"> & { readonly textKeptMs: number } = {
  name: "Demo Bank",
  emergencyPhone: "+4930123456",
  timeZone: "Europe/Berlin",
  languages: ["en", "ar"],
  linkHosts: ["bank.example"],
  renewal: { days: 180, renewedBy: "tap" },
  logInUrl: "https://gateway.example/link/demo?page=100000000000001",
  codeUrl: "https://gateway.example/link/code",
  logInAllowed: true,
  bankConfirms: false,
  newLinkMs: 0,
  ownDataUrl: "https://gateway.example/me",
  textKeptMs: 30 * DAY_MS,
  erasureUrl: "https://gateway.example/privacy/erasure/",
}

/** `Checking ••4821` and others like it. */
export function account(more: Partial<Account> = {}): Account {
  return { id: "acc-1", kind: "checking", label: "Everyday account", last4: "4821", currency: "EUR", ...more }
}

/** A pending link as the chat is told of it. */
export function offer(more: Partial<LinkOffer> = {}): LinkOffer {
  return {
    v: 1,
    link: "link_one" as LinkId,
    bank: WHOM.bank,
    bankName: BANK.name,
    accounts: [account()],
    purposes: ALL_PURPOSES,
    showAmounts: true,
    code: "123456",
    epoch: 1,
    recordHash: "hash-1",
    givenAt: NOON,
    until: NOON + 180 * DAY_MS,
    offeredUntil: NOON + 10 * MINUTE_MS,
    language: "en",
    ...more,
  }
}

let made = 0

/** A text of the person. */
export function text(said: string, at: number, more: Partial<MessageReceived> = {}): MessageReceived {
  const mid = `m_${(made += 1)}`
  return {
    v: 1,
    kind: "message",
    page: WHOM.page,
    psid: PSID,
    at,
    key: mid,
    mid,
    text: said,
    attachments: [],
    ...more,
  }
}

/** A tap on a button. */
export function tap(payload: string, at: number, title = "A button"): PostbackReceived {
  return { v: 1, kind: "postback", page: WHOM.page, psid: PSID, at, key: `p_${(made += 1)}`, title, payload }
}

/** An `m.me` link with this `ref` was opened. */
export function referral(ref: string, at: number): Referred {
  return { v: 1, kind: "referral", page: WHOM.page, psid: PSID, at, key: `f_${(made += 1)}`, ref }
}

/** A message of ours comes back. */
export function echo(metadata: string | undefined, at: number): EchoReceived {
  const mid = `e_${(made += 1)}`
  return {
    v: 1,
    kind: "echo",
    page: WHOM.page,
    psid: PSID,
    at,
    key: mid,
    mid,
    by: "ours",
    metadata: metadata ?? "",
  }
}

/** Log In or Log Out came to its end. */
export function linking(
  status: "linked" | "unlinked",
  at: number,
  authorizationCode?: string,
): AccountLinking {
  return {
    v: 1,
    kind: "account_linking",
    page: WHOM.page,
    psid: PSID,
    at,
    key: `l_${(made += 1)}`,
    status,
    ...(authorizationCode === undefined ? {} : { authorizationCode }),
  }
}

/** A payment the bank tells of. */
export function payment(id: string, at: number, more: Partial<TransactionPosted> = {}): TransactionPosted {
  return {
    v: 1,
    type: "bank.transaction.posted.v1",
    id,
    source: "https://bank.example",
    customer: "customer-reference-1",
    at,
    staleAt: at + DAY_MS,
    account: "acc-1",
    transaction: {
      id: `tx-${id}`,
      amount: { value: "27.40", currency: "EUR" },
      direction: "out",
      occurredAt: at,
      merchant: { name: `Corner Bakery ${id}` },
    },
    ...more,
  }
}

/** A balance the bank tells of. */
export function balance(
  id: string,
  at: number,
  value: string,
  more: Partial<BalanceUpdated> = {},
): BalanceUpdated {
  return {
    v: 1,
    type: "bank.balance.updated.v1",
    id,
    source: "https://bank.example",
    customer: "customer-reference-1",
    at,
    staleAt: at + 15 * MINUTE_MS,
    account: "acc-1",
    balances: [{ type: "available", amount: { value, currency: "EUR" }, at }],
    ...more,
  }
}

/** A payment the bank suspects. */
export function fraud(id: string, at: number, more: Partial<FraudSuspected> = {}): FraudSuspected {
  return {
    v: 1,
    type: "bank.fraud.suspected.v1",
    id,
    source: "https://bank.example",
    customer: "customer-reference-1",
    at,
    staleAt: at + HOUR_MS,
    caseId: `F-${id}`,
    card: { ref: "crd_19", last4: "4821" },
    transaction: {
      id: `tx-${id}`,
      amount: { value: "249.99", currency: "USD" },
      direction: "out",
      occurredAt: at,
      merchant: { name: "Electro Mart" },
    },
    reply: { allowed: ["confirm", "deny"], expiresAt: at + HOUR_MS },
    actionTaken: "card_paused",
    ...more,
  }
}
