// Utility templates as an operator has them: `templates sync` twice, of which the second changes nothing; then Messenger rejects one
// and pauses another. Both are seen, and what they would have carried goes another way at once: inside the window as a message,
// outside it to the bank as undeliverable. Ends a day later than it began.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { admin, tellerline } from "./command.ts"
import { accountOf, control, passTime, readThread, tellOf, timeOf, wordsOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say, unlinkAll } from "./linked.ts"

const PAGE = "100000000000001"
const HOUR_MS = 3_600_000
const SYNC = ["templates", "sync", "--page", PAGE, "--reason", "a journey"]
const LANGUAGE = "en"

interface Template {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly status: string
}

interface Incident {
  readonly kind: string
  readonly page?: string
  readonly detail: string
  readonly openedAt: string
  readonly closedAt: string | null
}

describe("utility templates", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  let psid: string
  /** The templates of a payment and of a fraud question. */
  let payment: Template
  let fraud: Template

  beforeAll(async () => {
    psid = await linkSomebody({ gateway, sandbox }, "Tem Plate-Example", "ben", [
      "transaction_alerts",
      "fraud_alerts",
    ])
  })

  afterAll(async () => {
    for (const { name } of [payment, fraud]) await setStatus(name, "APPROVED")
    await say(sandbox, psid, "hello")
    await unlinkAll(sandbox, [psid])
  })

  test("a second sync creates, edits and deletes nothing", async () => {
    await tellerline(gateway, ...SYNC)
    await expect
      .poll(async () => [...new Set((await atMessenger()).map(({ status }) => status))], { timeout: 10_000 })
      .toEqual(["APPROVED"])
    const before = await atMessenger()
    const last = (await calls()).at(-1)?.id ?? 0
    const said = await tellerline(gateway, ...SYNC)
    expect(await atMessenger()).toEqual(before)
    const since = (await calls()).filter(({ id }) => id > last)
    expect(since.length).toBeGreaterThan(0)
    expect(since.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`)).toEqual(
      since.map(() => "GET message_templates"),
    )
    for (const { name } of before) expect(said).toContain(name)
    payment = templateOf(before, "payment")
    fraud = templateOf(before, "fraud")
  })

  test("outside the window both carry their notice", async () => {
    await passTime(sandbox, 25 * HOUR_MS)
    await pay("Before Stores")
    await hearsBy(sandbox, psid, /Before Stores/)
    await suspect("F-TPL0001", "BEFORE MART")
    await hearsBy(sandbox, psid, /BEFORE MART/)
    const told = (await readThread(sandbox, psid)).slice(-2)
    expect(told.map(({ messagingType }) => messagingType)).toEqual(["UTILITY", "UTILITY"])
  })

  test("one rejected, one paused: the operator sees both", async () => {
    await setStatus(payment.name, "REJECTED")
    await setStatus(fraud.name, "PAUSED")
    await expect
      .poll(openIncidents, { timeout: 10_000 })
      .toEqual([`template_paused ${fraud.name} ${LANGUAGE}`, `template_rejected ${payment.name} ${LANGUAGE}`])
    const listed = (await tellerline(gateway, "templates", "list", "--page", PAGE)).split("\n")
    const rowOf = ({ name }: Template) =>
      listed.find((row) => row.startsWith(`${name} `) && row.includes(` ${LANGUAGE} `))
    expect(rowOf(payment)).toContain("REJECTED")
    expect(rowOf(fraud)).toContain("PAUSED")
    expect(await tellerline(gateway, "incidents")).toMatch(/template_(paused|rejected)/)
  })

  test("and neither is used: the bank hears that the event cannot be told, and why", async () => {
    const before = await readThread(sandbox, psid)
    const events = [await pay("Refused Stores"), await suspect("F-TPL0002", "REFUSED MART")]
    for (const id of events)
      await expect
        .poll(() => reportsOf(id), { timeout: 10_000 })
        .toContain("undeliverable window_closed_template_rejected")
    expect(await readThread(sandbox, psid)).toEqual(before)
    expect(
      (await calls()).filter(({ body }) => JSON.stringify(body ?? "").includes("Refused Stores")),
    ).toEqual([])
  })

  test("inside the window the same goes out as a message", async () => {
    await say(sandbox, psid, "hello")
    await pay("Inside Stores")
    await hearsBy(sandbox, psid, /Inside Stores/)
    await suspect("F-TPL0003", "INSIDE MART")
    await hearsBy(sandbox, psid, /INSIDE MART/)
    const told = (await readThread(sandbox, psid)).filter((said) =>
      /inside (stores|mart)/i.test(wordsOf(said)),
    )
    expect(told.map(({ messagingType }) => messagingType)).toEqual(["UPDATE", "UPDATE"])
  })

  test("approved again: the incidents are over, and the templates are used", async () => {
    for (const { name } of [payment, fraud]) await setStatus(name, "APPROVED")
    await expect.poll(openIncidents, { timeout: 10_000 }).toEqual([])
    await passTime(sandbox, 25 * HOUR_MS)
    await pay("After Stores")
    await hearsBy(sandbox, psid, /After Stores/)
    expect((await readThread(sandbox, psid)).at(-1)?.messagingType).toBe("UTILITY")
  })

  async function setStatus(name: string, status: string): Promise<void> {
    await control(sandbox, `/control/templates/${name}`, { status, language: LANGUAGE })
  }

  async function atMessenger(): Promise<readonly Template[]> {
    const { templates } = await control<{ templates: readonly Template[] }>(sandbox, "/control/templates")
    return templates
  }

  function templateOf(templates: readonly Template[], part: string): Template {
    const found = templates.find(({ name, language }) => name.includes(part) && language === LANGUAGE)
    if (!found) throw new Error(`Cannot find a template of "${part}" in ${LANGUAGE}`)
    return found
  }

  async function openIncidents(): Promise<readonly string[]> {
    const { incidents } = await admin<{ incidents: readonly Incident[] }>(gateway, "/incidents")
    return incidents
      .filter(({ kind, page }) => page === PAGE && kind.startsWith("template_"))
      .map(({ kind, detail }) => `${kind} ${detail}`)
      .toSorted()
  }

  async function calls() {
    const { sent } = await control<{
      sent: readonly {
        readonly id: number
        readonly method: string
        readonly path: string
        readonly body?: unknown
      }[]
    }>(sandbox, "/control/sent")
    return sent
  }

  /** What the bank was told of an event, each once. */
  async function reportsOf(event: string): Promise<readonly string[]> {
    const { callbacks } = await control<{
      callbacks: readonly {
        readonly type: string
        readonly event: {
          readonly data: { readonly event?: { readonly id: string }; readonly reason: string }
        }
      }[]
    }>(sandbox, "/control/bank/callbacks")
    const found = callbacks.filter((each) => each.event.data.event?.id === event)
    return [...new Set(found.map((each) => `${each.type.split(".")[2]} ${each.event.data.reason}`))]
  }

  async function transactionAt(merchant: string) {
    return {
      id: `txn_templates_${merchant.replace(" ", "_")}`,
      amount: { value: "12.00", currency: "USD" },
      direction: "out",
      status: "posted",
      occurred_at: new Date(await timeOf(sandbox)).toISOString(),
      merchant: { name: merchant },
    }
  }

  async function pay(merchant: string): Promise<string> {
    const { id } = await accountOf(sandbox, "ben")
    const data = { account: id, transaction: await transactionAt(merchant) }
    return tellOf(sandbox, { type: "bank.transaction.posted.v1", customer: "ben", data })
  }

  async function suspect(caseId: string, merchant: string): Promise<string> {
    const expiresAt = new Date((await timeOf(sandbox)) + 12 * HOUR_MS).toISOString()
    const data = {
      case_id: caseId,
      card: { last4: "7714" },
      transaction: await transactionAt(merchant),
      reply: { allowed: ["confirm", "deny"], expires_at: expiresAt },
    }
    return tellOf(sandbox, { type: "bank.fraud.suspected.v1", customer: "ben", data })
  }
})
