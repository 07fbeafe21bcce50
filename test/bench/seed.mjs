// The world of the bench: one bank, some Pages, people who said hello and were linked. Everything but the bank's login and our linking
// pages goes the way it goes in life: a webhook, a pending link, its consent, the code typed in the chat.
import { setTimeout as wait } from "node:timers/promises"
import { post, postAll, textEvent, webhook } from "./load.mjs"

export const BANK = "bench"
/** A second one, with a Page and people of its own. */
export const OTHER_BANK = "bench-other"
const OTHER_PAGE = "29999999999999"
const SOURCE = "https://bank.example"
const CODE = "123456"
const A_WEBHOOK = 50
const LINKED_WITHIN_MS = 180_000

/** Who is in it.
 * @returns {{pages: string[], people: {page: string, psid: string, customer: string}[], others: {page: string, psid: string, customer: string}[]}}
 * people of the first Page first; `others` are the other bank's */
export function createWorld({ pages, peopleOfFirst, peopleOfOthers, peopleOfOtherBank }) {
  const ids = Array.from({ length: pages }, (_, index) => `2${String(index).padStart(14, "0")}`)
  const people = ids.flatMap((page, index) =>
    Array.from({ length: index === 0 ? peopleOfFirst : peopleOfOthers }, (_, number) => ({
      page,
      psid: `7${String(index).padStart(3, "0")}${String(number).padStart(11, "0")}`,
      customer: `customer-reference-${index}-${number}`,
    })),
  )
  const others = Array.from({ length: peopleOfOtherBank }, (_, number) => ({
    page: OTHER_PAGE,
    psid: `7999${String(number).padStart(11, "0")}`,
    customer: `customer-reference-other-${number}`,
  }))
  return { pages: ids, people, others }
}

/** Make it. Afterwards every object has had its look at the clock, so that no alarm of it falls into a measurement. */
export async function seed(gateway, world) {
  const ask = async (asked) => {
    const body = Buffer.from(JSON.stringify(asked))
    const status = await post(`${gateway.url}/bench/seed`, {
      headers: { "content-type": "application/json" },
      body,
    })
    if (status !== 204) throw new Error(`Seeding was answered ${status}`)
  }
  const pages = world.pages.map((id) => ({ v: 1, id, bank: BANK, name: "Bench Bank" }))
  const page = { v: 1, id: OTHER_PAGE, bank: OTHER_BANK, name: "Other Bank" }
  await ask({ kind: "register", bank: bankOfBench(BANK), pages })
  await ask({ kind: "register", bank: bankOfBench(OTHER_BANK), pages: [page] })
  const everybody = [...world.people, ...world.others]
  await say(gateway, everybody, "hello")
  for (const people of inParts(everybody, A_WEBHOOK)) await ask({ kind: "link", people, code: CODE })
  await say(gateway, everybody, CODE)
  const giveUpAt = Date.now() + LINKED_WITHIN_MS
  for (;;) {
    const live = await gateway.db.prepare("SELECT count(*) AS n FROM links WHERE state = 'live'").first("n")
    if (live === everybody.length) break
    if (Date.now() > giveUpAt) throw new Error(`Only ${live} of ${everybody.length} people were linked`)
    await wait(500)
  }
}

/** A payment of somebody's, as the bank tells it. */
export function paymentEvent({ customer }, id) {
  return cloudEvent(customer, id, "bank.transaction.posted.v1", {
    account: "acc_1",
    transaction: payment(id),
  })
}

/** A payment under suspicion, with a card of those four digits. */
export function fraudEvent({ customer }, id, last4 = "4821") {
  return cloudEvent(customer, id, "bank.fraud.suspected.v1", {
    case_id: id,
    account: "acc_1",
    card: { ref: `card_${last4}`, last4, brand: "Visa" },
    transaction: payment(id),
    reply: { allowed: ["confirm", "deny"], expires_at: new Date(Date.now() + 3_600_000).toISOString() },
    action_taken: "card_paused",
  })
}

function cloudEvent(subject, id, type, data) {
  const time = new Date().toISOString()
  return {
    specversion: "1.0",
    id,
    source: SOURCE,
    type,
    subject,
    time,
    datacontenttype: "application/json",
    data,
  }
}

function payment(id) {
  return {
    id: `txn_${id}`,
    amount: { value: "249.99", currency: "USD" },
    direction: "out",
    status: "posted",
    occurred_at: new Date().toISOString(),
    merchant: { name: "ELECTRO MART", mcc: "5732", country: "US", city: "Springfield" },
    card: { last4: "4821" },
    channel: "card_not_present",
    foreign: false,
  }
}

let said = 0

async function say(gateway, people, text) {
  const ofPages = Map.groupBy(people, ({ page }) => page)
  const bodies = [...ofPages].flatMap(([page, ofPage]) =>
    inParts(ofPage, A_WEBHOOK).map((part) =>
      webhook(
        page,
        part.map((person) => textEvent(person, `m_seed_${(said += 1)}`, text)),
      ),
    ),
  )
  await postAll(`${gateway.url}/messenger/webhook`, bodies, { atOnce: 2, status: 200 })
}

/** A list in two: one in so many of it, and the rest. */
export function splitOff(list, oneIn) {
  const first = Math.ceil(list.length / oneIn)
  return [list.slice(0, first), list.slice(first)]
}

/** A list in parts of `size`. */
export function inParts(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, part) =>
    list.slice(part * size, (part + 1) * size),
  )
}

function bankOfBench(id) {
  return {
    id,
    name: "Bench Bank",
    role: "bank_processor",
    jurisdiction: "EU",
    dialect: "fdx-6",
    issuer: `${SOURCE}/oidc`,
    clientId: "tellerline",
    apiBase: `${SOURCE}/fdx/v6`,
    actionsBase: `${SOURCE}/actions`,
    callbackUrl: `${SOURCE}/callbacks`,
    eventSource: SOURCE,
    jwksUri: `${SOURCE}/jwks.json`,
    timeZone: "Europe/Berlin",
    languages: ["en"],
    emergencyPhone: "+49301234567",
    linkHosts: ["bank.example"],
    // What a new link may not yet is no question of speed.
    newLinkHours: 0,
  }
}
