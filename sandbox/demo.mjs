// The demo bank and its Page, as an operator would register them through the gateway's admin API.
// Addresses follow the two origins; everything else is the constant of the development settings.
// Composed by sandbox/dev.mjs and test/journeys/start.ts. The bank's name is the one sandbox/bank shows.

const BANK_ID = "demo"
const PAGE_ID = "100000000000001"
const ADMIN_KEY = "dev-admin-key"
/** Somebody else's: what a bank is known by changes by two people. */
const SECOND_KEY = "dev-admin-key-2"
const REGISTER_TIMEOUT_MS = 30_000
/** A lighthouse over water: the practice bank's sign. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#06303d"/><path d="M18 6l4 5v2h-8v-2z" fill="#f2b84b"/><path d="M15 14h6l1.5 13h-9z" fill="#fff"/><path d="M5 29q3.25-2.5 6.500 0t6.500 0 6.500 0 6.500 0" fill="none" stroke="#6fcbd6" stroke-width="2"/></svg>`

/** Register the demo bank and its Page; repeating it changes nothing but what moved.
 * @param {string} gateway origin
 * @param {string} sandbox origin
 * @throws {Error} with the gateway's status and problem document, where it refuses */
export async function registerDemo(gateway, sandbox) {
  await put(`${gateway}/admin/v1/banks/${BANK_ID}`, demoBank(sandbox))
  await put(`${gateway}/admin/v1/pages/${PAGE_ID}`, demoPage())
}

/** The bank as it would be elsewhere: the same customers and accounts behind another login and another dialect of account data. */
const ELSEWHERE = {
  "demo-green": {
    page: "100000000000011",
    record: { profile: "fdx-green", issuer: "oidc-green", apiBase: "fdx/v6", jurisdiction: "US" },
  },
  "demo-uk": {
    page: "100000000000012",
    record: {
      dialect: "open-banking-4.0",
      issuer: "oidc-uk",
      apiBase: "open-banking/v4.0/aisp",
      jurisdiction: "UK",
    },
  },
  "demo-uk-31": {
    page: "100000000000013",
    record: {
      dialect: "open-banking-3.1",
      issuer: "oidc-uk",
      apiBase: "open-banking/v3.1/aisp",
      jurisdiction: "UK",
    },
  },
  "demo-berlin": {
    page: "100000000000014",
    record: { dialect: "berlin-1.3", issuer: "oidc-berlin", apiBase: "berlin/v1", jurisdiction: "EU" },
  },
}

/** The ids of those banks. */
export const ELSEWHERE_BANKS = Object.keys(ELSEWHERE)

/** Register the bank once more as it would be elsewhere, with a Page of its own, which the sandbox gets first.
 * @param {keyof typeof ELSEWHERE} bank
 * @returns {Promise<string>} the Page's id
 * @throws {Error} where the gateway refuses */
export async function registerElsewhere(gateway, sandbox, bank) {
  const { page, record } = ELSEWHERE[bank]
  const token = `dev-page-token-${bank}`
  // One that is there already is refused, and is the one that is meant.
  await fetch(`${sandbox}/control/pages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: page, token, name: "Harbourline Bank" }),
    redirect: "manual",
    signal: AbortSignal.timeout(REGISTER_TIMEOUT_MS),
  })
  const { issuer, apiBase, ...rest } = record
  await put(`${gateway}/admin/v1/banks/${bank}`, {
    ...demoBank(sandbox),
    ...rest,
    issuer: `${sandbox}/bank/${issuer}`,
    apiBase: `${sandbox}/bank/${apiBase}`,
  })
  await put(`${gateway}/admin/v1/pages/${page}`, { bankId: bank, token, name: "Harbourline Bank" })
  return page
}

function demoBank(sandbox) {
  const bank = `${sandbox}/bank`
  return {
    name: "Harbourline Bank",
    issuer: `${bank}/oidc`,
    clientId: "tellerline",
    dialect: "fdx-6",
    apiBase: `${bank}/fdx/v6`,
    actionsBase: `${bank}/actions`,
    callbackUrl: `${bank}/callbacks`,
    eventSource: bank,
    jwksUri: `${bank}/jwks.json`,
    subjectClaim: "sub",
    languages: ["en", "ar"],
    emergencyPhone: "+49301234567",
    // The bank itself, and the carrier its parcels go by.
    linkHosts: [new URL(sandbox).host, "track.nordlicht.example"],
    appLink: `${bank}/app`,
    helpUrl: `${bank}/help`,
    complaintsUrl: `${bank}/complaints`,
    colours: { light: "#0b5261", dark: "#6fcbd6" },
    logo: `data:image/svg+xml;base64,${Buffer.from(LOGO).toString("base64")}`,
    role: "bank_processor",
    jurisdiction: "EU",
    timeZone: "Europe/Berlin",
    consentDays: 180,
    // A real bank leaves this at a day; practice shows the whole story at once.
    newLinkHours: 0,
    desk: "own",
  }
}

function demoPage() {
  return { bankId: BANK_ID, token: "dev-page-token", name: "Harbourline Bank" }
}

async function put(url, body) {
  const response = await fetch(url, {
    method: "PUT",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "manual",
    signal: AbortSignal.timeout(REGISTER_TIMEOUT_MS),
  })
  const text = await response.text()
  if (response.status === 202) return approve(new URL(url).origin, JSON.parse(text).id)
  if (!response.ok) throw new Error(`PUT ${url} was answered ${response.status}: ${text.slice(0, 500)}`)
}

/** The second person agrees: the addresses moved with the ports. */
async function approve(gateway, id) {
  const response = await fetch(`${gateway}/admin/v1/approvals/${id}/approve`, {
    method: "POST",
    headers: { authorization: `Bearer ${SECOND_KEY}`, "content-type": "application/json" },
    body: "{}",
    redirect: "manual",
    signal: AbortSignal.timeout(REGISTER_TIMEOUT_MS),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`approving ${id} was answered ${response.status}: ${text.slice(0, 500)}`)
}
