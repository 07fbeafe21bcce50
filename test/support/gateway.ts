// The whole gateway in workerd, with only the far side pretended: Messenger takes sends, the bank publishes its keys.
// Webhooks and events come in signed through the front door; the directory, the objects and the queues are the real ones. Not for src/.
import { env, exports } from "cloudflare:workers"
import { vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import type { BankRecord } from "../../src/banks/bank.ts"
import { putBank } from "../../src/banks/bank-store.ts"
import { conversationOf } from "../../src/conversations/conversation-of.ts"
import type { Conversation } from "../../src/conversations/conversation.ts"
import { meansOf, type Means } from "../../src/conversations/means.ts"
import { importHmacKey, hmac } from "../../src/crypto/hmac.ts"
import { utf8 } from "../../src/crypto/text.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../src/foundation/id.ts"
import type { Purpose } from "../../src/foundation/purpose.ts"
import { givenRecord } from "../../src/links/consent-record.ts"
import type { LinkCustomer } from "../../src/links/link.ts"
import { appendConsent, insertPending } from "../../src/links/linking-store.ts"
import { placeOf } from "../../src/links/link-tokens.ts"
import { parsePageRecord, type PageRecord } from "../../src/messenger/page-record.ts"
import { pagePlace, putPage } from "../../src/messenger/page-store.ts"
import { bankRecord } from "./bank.ts"
import { createTestKey, signHeaders, type TestKey } from "./bank-signer.ts"

export const ORIGIN = "http://localhost:8787"
export const PAGE = "100000000000001" as PageId
export const BANK = "demo" as BankId
export const APP_SECRET = "dev-app-secret"

/** One Send API call as Messenger got it. */
export interface Sent {
  readonly psid: string
  readonly text: string
  /** Where its buttons lead. */
  readonly urls: readonly string[]
  readonly messagingType: string
  readonly metadata: string
}

/** What Messenger does with a send. */
export type SendAnswer =
  | "accept"
  | "hang"
  | "accept_then_break"
  | { readonly status: number; readonly error: object }

/** The gateway and its far side. */
export interface Gateway {
  readonly means: Means
  readonly key: TestKey
  readonly sent: Sent[]
  /** Decides each send; accepts by default. */
  answer: (sent: Sent) => SendAnswer
  readonly webhook: (events: readonly object[], page?: PageId) => Promise<Response>
  readonly say: (psid: string, text: string, mid?: string, page?: PageId) => Promise<Response>
  readonly postEvents: (events: readonly object[], type?: "single" | "batch") => Promise<Response>
  readonly personOf: (psid: string) => Promise<PersonId>
  readonly conversation: (psid: string) => Promise<DurableObjectStub<Conversation>>
  /** Link a person to a customer the whole way: pending, consent, code in the chat.
   * @param where another bank than the one it was opened with */
  readonly link: (
    psid: string,
    customer: string,
    purposes: readonly Purpose[],
    where?: BankWithPage,
  ) => Promise<LinkId>
  /** The same up to the code, which is still to be typed: 123456. */
  readonly offer: (psid: string, customer: string, purposes: readonly Purpose[]) => Promise<LinkId>
}

/** A bank and the Page its customers write to. */
export interface BankWithPage {
  readonly bank: BankRecord
  readonly page: PageRecord
}

let mids = 0
/** One key for all tests of a file: the gateway remembers a bank's keys for minutes, as it should. */
const bankKey = createTestKey("bank-2026-11")

/** Start with a bank and its Page. Undone by `vi.restoreAllMocks()` and the reset after each test. */
export async function openGateway(): Promise<Gateway> {
  const made = await meansOf(env)
  if (!made.ok) throw new Error(made.error.detail)
  const means = made.value
  // The test before may have moved the clock of what was then stored.
  await means.syncClock("moved")
  const key = await bankKey
  const by = bySystem("a gateway to test", Date.now())
  const bank = bankRecord()
  const record = parsePageRecord({ v: 1, id: PAGE, bank: BANK, name: "Harbourline Bank" })
  if (!record.ok) throw new Error("Cannot read the Page of the tests")
  await putBank(means.db, bank, by)
  await putPage(means.db, record.value, await means.vault.seal("dev-page-token", pagePlace(record.value)), by)
  means.banks.forget(BANK)
  means.pages.forget(PAGE)

  const standing: BankWithPage = { bank, page: record.value }
  const gateway: Gateway = {
    means,
    key,
    sent: [],
    answer: () => "accept",
    async webhook(events, page = PAGE) {
      const body = utf8(
        JSON.stringify({ object: "page", entry: [{ id: page, time: Date.now(), messaging: events }] }),
      )
      return exports.default.fetch(new Request(`${ORIGIN}/messenger/webhook`, await signedWebhook(body)))
    },
    say(psid, text, mid = `m_test_${(mids += 1)}`, page = PAGE) {
      return gateway.webhook([messageEvent(psid, text, mid, Date.now(), page)], page)
    },
    async postEvents(events, type = events.length === 1 ? "single" : "batch") {
      const body = utf8(JSON.stringify(type === "single" ? events[0] : events))
      const contentType =
        type === "single" ? "application/cloudevents+json" : "application/cloudevents-batch+json"
      const url = `${ORIGIN}/banks/${BANK}/events`
      const headers = await signHeaders(key, url, body, { contentType })
      return exports.default.fetch(new Request(url, { method: "POST", headers, body }))
    },
    personOf: (psid) => means.pseudonyms.personOf(PAGE, psid),
    async conversation(psid) {
      return conversationOf(
        { conversation: env.CONVERSATION, development: true },
        record.value,
        await gateway.personOf(psid),
      )
    },
    async link(psid, customer, purposes, where = standing) {
      const { id: page } = where.page
      await gateway.say(psid, "hello", undefined, page)
      const link = await writePending(gateway, where, psid, customer, purposes)
      await gateway.say(psid, "123 456", undefined, page)
      await vi.waitFor(() => {
        if (!gateway.sent.some((each) => each.psid === psid && each.text.startsWith("Connected")))
          throw new Error("Not linked")
      })
      return link
    },
    async offer(psid, customer, purposes) {
      await gateway.say(psid, "hello")
      return writePending(gateway, standing, psid, customer, purposes)
    },
  }
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) =>
    answerCall(gateway, new Request(input, init)),
  )
  return gateway
}

/** A text as Messenger tells of it. */
export function messageEvent(
  psid: string,
  text: string,
  mid: string,
  at = Date.now(),
  page: PageId = PAGE,
): object {
  return { sender: { id: psid }, recipient: { id: page }, timestamp: at, message: { mid, text } }
}

/** The echo of a send of ours. */
export function echoEvent(sent: Sent, mid = `m_echo_${(mids += 1)}`): object {
  return {
    sender: { id: PAGE },
    recipient: { id: sent.psid },
    timestamp: Date.now(),
    message: { is_echo: true, app_id: 1000000000000001, mid, metadata: sent.metadata, text: sent.text },
  }
}

/** A signed webhook request's init. */
export async function signedWebhook(
  body: Uint8Array<ArrayBuffer>,
  secret = APP_SECRET,
): Promise<{ method: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> }> {
  const mac = await hmac(await importHmacKey(utf8(secret)), body)
  return {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${mac.toHex()}` },
    body,
  }
}

async function answerCall(gateway: Gateway, request: Request): Promise<Response> {
  const url = new URL(request.url)
  if (url.pathname === "/bank/jwks.json") return Response.json({ keys: [gateway.key.jwk] })
  if (!url.pathname.endsWith("/messages"))
    return Response.json({ success: true, result: "success", data: [] })
  const body = (await request.json()) as {
    recipient: { id: string }
    messaging_type: string
    message: {
      text?: string
      metadata: string
      attachment?: { payload: { text: string; buttons?: readonly { url?: string }[] } }
      template?: { name: string }
    }
  }
  const { message } = body
  const text = message.text ?? message.attachment?.payload.text ?? `template ${message.template?.name ?? ""}`
  const sent: Sent = {
    psid: body.recipient.id,
    text,
    urls: (message.attachment?.payload.buttons ?? []).flatMap(({ url }) => (url ? [url] : [])),
    messagingType: body.messaging_type,
    metadata: message.metadata,
  }
  const answer = gateway.answer(sent)
  if (typeof answer === "object") return Response.json({ error: answer.error }, { status: answer.status })
  gateway.sent.push(sent)
  if (answer === "hang")
    return new Promise((_, reject) =>
      request.signal.addEventListener("abort", () => reject(new Error("aborted"))),
    )
  if (answer === "accept_then_break") throw new TypeError("Network connection lost")
  return Response.json({ recipient_id: sent.psid, message_id: `m_sent_${(mids += 1)}` })
}

async function writePending(
  gateway: Gateway,
  { bank, page }: BankWithPage,
  psid: string,
  reference: string,
  purposes: readonly Purpose[],
): Promise<LinkId> {
  const { db, vault, pseudonyms, random } = gateway.means
  const now = gateway.means.now()
  const person = await pseudonyms.personOf(page.id, psid)
  const link = `link_${person.slice(-22)}` as LinkId
  const { wrapped, key } = await vault.createKey(placeOf(bank.id, link, "key"))
  const account = {
    id: "acc_1",
    kind: "checking",
    label: "Checking",
    last4: "4821",
    currency: "USD",
  } as const
  const customer: LinkCustomer = { v: 1, reference, accounts: [account] }
  const by = bySystem("a link to test", now)
  await insertPending(
    db,
    {
      id: link,
      person,
      bank: bank.id,
      page: page.id,
      customer: await pseudonyms.customerOf(bank.id, reference),
      wrappedKey: wrapped,
      tokensSealed: await key.seal("{}", placeOf(bank.id, link, "tokens")),
      customerSealed: await key.seal(JSON.stringify(customer), placeOf(bank.id, link, "customer")),
    },
    by,
  )
  const until = now + 180 * 86_400_000
  const record = await givenRecord(bank, "the tests", pseudonyms, {
    link,
    epoch: 1,
    purposes,
    showAmounts: true,
    accounts: [account],
    textSha256: "x",
    language: "en",
    givenAt: now,
    until,
    previous: "",
  })
  const hash = await appendConsent(db, record, by, random)
  if (!hash.ok) throw new Error(hash.error.reason)
  const conversation = conversationOf({ conversation: env.CONVERSATION, development: true }, page, person)
  await conversation.offer({
    v: 1,
    whom: { person, page: page.id, bank: bank.id },
    offer: {
      v: 1,
      link,
      bank: bank.id,
      bankName: bank.name,
      accounts: [account],
      purposes,
      showAmounts: true,
      code: "123456",
      epoch: 1,
      recordHash: hash.value,
      givenAt: now,
      until,
      offeredUntil: now + 600_000,
      language: "en",
    },
  })
  return link
}
