// The bank's notice to everybody: whoever wrote today hears of it at once; whoever did not waits until Messenger has approved the notice's
// own template, and then reads the same words. The bank is told of each of them. Ends a day later than it began.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { tellerline } from "./command.ts"
import { control, customerOf, passTime, readThread, tellOf, timeOf, wordsOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say, unlinkAll } from "./linked.ts"

const PAGE = "100000000000001"
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WORDS =
  /^Notice from Harbourline Bank: Planned maintenance\nThe app is away on 22\.11\.2026, 02:00-04:00\.$/
const WAIT = { timeout: 20_000 }

interface Template {
  readonly name: string
  readonly language: string
  readonly status: string
}

describe("a notice to everybody", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  let near: string
  let far: string
  let deaf: string
  let notice: string
  let template: Template | undefined

  beforeAll(async () => {
    const sides = { gateway, sandbox }
    near = await linkSomebody(sides, "Near Notice-Example", "ana", ["account_service"])
    far = await linkSomebody(sides, "Far Notice-Example", "ben", ["account_service"])
    deaf = await linkSomebody(sides, "Deaf Notice-Example", "chi", ["transaction_alerts"])
    await control(sandbox, "/control/templates/review", { delayMs: 6 * DAY_MS })
    await passTime(sandbox, 25 * HOUR_MS)
    await say(sandbox, near, "hello")
    await hearsBy(sandbox, near, /./)
  })

  afterAll(async () => {
    await control(sandbox, "/control/templates/review", {})
    for (const psid of [near, far, deaf]) await say(sandbox, psid, "hello")
    await unlinkAll(sandbox, [near, far, deaf])
  })

  test("P9: reaches at once whoever wrote today, and nobody by another's template", async () => {
    const expires = new Date((await timeOf(sandbox)) + 3 * DAY_MS).toISOString()
    notice = await tellOf(sandbox, {
      type: "bank.service.notice.v1",
      customer: "ana",
      data: {
        title: { en: "Planned maintenance" },
        body: { en: "The app is away on 22.11.2026, 02:00-04:00." },
        severity: "notice",
        audience: "linked",
        expires_at: expires,
      },
    })
    await hearsBy(sandbox, near, WORDS)
    const said = (await readThread(sandbox, near)).find((each) => WORDS.test(wordsOf(each)))
    expect(said?.messagingType).toBe("UPDATE")
    await expect
      .poll(() => outcomesOf(notice), WAIT)
      .toEqual(
        [
          `accepted sent ${(await customerOf(sandbox, "ana")).reference}`,
          `suppressed purpose_off ${(await customerOf(sandbox, "chi")).reference}`,
        ].toSorted(),
      )
    expect((await readThread(sandbox, far)).filter((each) => /maintenance/.test(wordsOf(each)))).toEqual([])
  })

  test("P10: its template has its words and is under review; nobody is told by it meanwhile", async () => {
    // The clock's next run takes it to Messenger.
    await passTime(sandbox, 60_000)
    await expect.poll(async () => (template = await ownTemplate()), WAIT).toMatchObject({ status: "PENDING" })
    expect(template).toMatchObject({ language: "en" })
    expect((await readThread(sandbox, far)).filter((each) => /maintenance/.test(wordsOf(each)))).toEqual([])
  })

  test("P9: approved, it reaches whoever wrote earlier, with the same words, and the bank hears of it", async () => {
    await control(sandbox, `/control/templates/${template?.name}`, { status: "APPROVED", language: "en" })
    await expect
      .poll(async () => (await readThread(sandbox, far)).at(-1)?.messagingType, WAIT)
      .toBe("UTILITY")
    const said = (await readThread(sandbox, far)).at(-1)
    expect(JSON.stringify(said)).toContain(template?.name)
    await expect
      .poll(() => outcomesOf(notice), WAIT)
      .toContain(`accepted sent ${(await customerOf(sandbox, "ben")).reference}`)
    // Each once.
    for (const psid of [near, far])
      expect(
        (await readThread(sandbox, psid)).filter((each) => JSON.stringify(each).match(/maintenance|notice_/)),
      ).toHaveLength(1)
    expect(await tellerline(gateway, "notices", "list")).toMatch(/done/)
  })

  test("over, it leaves no template behind", async () => {
    await tellerline(gateway, "templates", "sync", "--page", PAGE, "--reason", "a journey")
    await expect.poll(ownTemplate, WAIT).toBeUndefined()
  })

  async function ownTemplate(): Promise<Template | undefined> {
    const { templates } = await control<{ templates: readonly Template[] }>(sandbox, "/control/templates")
    return templates.find(({ name }) => /^notice_[0-9a-f]{24}_v1$/.test(name))
  }

  /** What the bank was told of an event: status, reason, and of whom. */
  async function outcomesOf(event: string): Promise<readonly string[]> {
    const { callbacks } = await control<{
      callbacks: readonly {
        readonly type: string
        readonly event: {
          readonly subject?: string
          readonly data: { readonly event?: { readonly id: string }; readonly reason: string }
        }
      }[]
    }>(sandbox, "/control/bank/callbacks")
    return callbacks
      .filter((each) => each.event.data.event?.id === event)
      .map((each) => `${each.type.split(".")[2]} ${each.event.data.reason} ${each.event.subject}`)
      .toSorted()
  }
})
