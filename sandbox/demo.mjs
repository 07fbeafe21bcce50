// The demo bank and its Page, as an operator would register them through the gateway's admin API.
// Addresses follow the two origins; everything else is the constant of the development settings.
// Composed by sandbox/dev.mjs and test/journeys/start.ts. The bank's name is the one sandbox/bank shows.

const BANK_ID = "demo"
const PAGE_ID = "100000000000001"
const ADMIN_KEY = "dev-admin-key"
const REGISTER_TIMEOUT_MS = 10_000

/** Register the demo bank and its Page; repeating it changes nothing but what moved.
 * @param {string} gateway origin
 * @param {string} sandbox origin
 * @throws {Error} with the gateway's status and problem document, where it refuses */
export async function registerDemo(gateway, sandbox) {
  await put(`${gateway}/admin/v1/banks/${BANK_ID}`, demoBank(sandbox))
  await put(`${gateway}/admin/v1/pages/${PAGE_ID}`, demoPage())
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
    linkHosts: [new URL(sandbox).host],
    role: "bank_processor",
    jurisdiction: "EU",
    timeZone: "Europe/Berlin",
    consentDays: 180,
    // A real bank leaves this at a day; practice shows the whole story at once.
    newLinkHours: 0,
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
  if (!response.ok) throw new Error(`PUT ${url} was answered ${response.status}: ${text.slice(0, 500)}`)
}
