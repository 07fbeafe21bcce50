// Somebody linked without a browser: the same forms by HTTP, with a cookie jar, for journeys that need many people and no page.
// What the pages look like and whether a person finds the way is the browser's to say (phone.ts).
import { expect, vi } from "vitest"
import { accountOf, answersTo, control, readThread } from "./control.ts"

const PAGE = "100000000000001"
const ANSWER_MS = 30_000
const REDIRECTS_MAX = 12
/** What a customer types at the practice bank. */
const PASSWORD = "demo"
const SECOND_FACTOR = "000000"

/** Both sides a journey speaks with. */
export interface Sides {
  readonly gateway: string
  readonly sandbox: string
}

/** Say something as a person. */
export async function say(sandbox: string, psid: string, text: string): Promise<void> {
  await control(sandbox, `/control/people/${psid}/send`, { text })
}

/** Wait until the Page has said these words so often. */
export async function hearsBy(sandbox: string, psid: string, words: RegExp, times = 1): Promise<void> {
  await vi.waitFor(
    async () => {
      const heard = (await answersTo(sandbox, psid)).filter((each) => words.test(each))
      expect(heard.length, String(words)).toBeGreaterThanOrEqual(times)
    },
    { timeout: ANSWER_MS, interval: 50 },
  )
}

/** A bank and its Page. */
export interface Place {
  readonly bank: string
  readonly page: string
}
const DEMO: Place = { bank: "demo", page: PAGE }

/** A new person, linked to a customer's checking account with these purposes on and amounts shown. @returns their PSID */
export async function linkSomebody(
  sides: Sides,
  name: string,
  customer: string,
  purposes: readonly string[],
  place: Place = DEMO,
): Promise<string> {
  const { sandbox } = sides
  const who = { name, locale: "en_US", page: place.page }
  const { psid } = await control<{ psid: string }>(sandbox, "/control/people", who)
  await say(sandbox, psid, "hello")
  await hearsBy(sandbox, psid, /automated assistant/)
  const code = await reachCodePage(sides, psid, customer, purposes, place)
  await hearsBy(sandbox, psid, /Type the 6 digits/)
  await say(sandbox, psid, code)
  await hearsBy(sandbox, psid, /^Connected: /)
  return psid
}

/** End the links of people, so that later journeys' events are not theirs. */
export async function unlinkAll(sandbox: string, psids: readonly string[]): Promise<void> {
  await Promise.all(
    psids.map(async (psid) => {
      await say(sandbox, psid, "Disconnect now")
      await hearsBy(sandbox, psid, /^Disconnected\./)
    }),
  )
}

/** From Log In to the code page. @returns the six digits */
async function reachCodePage(
  { gateway, sandbox }: Sides,
  psid: string,
  customer: string,
  purposes: readonly string[],
  place: Place,
): Promise<string> {
  const [url] = (await readThread(sandbox, psid)).flatMap(({ attachment }) => loginOf(attachment))
  expect(url).toBe(`${gateway}/link/${place.bank}?page=${place.page}`)
  const { location } = await control<{ location: string }>(sandbox, `/control/people/${psid}/login`, { url })
  const { id } = await accountOf(sandbox, customer)
  const browser = new FormBrowser()
  await browser.open(location)
  await browser.post({})
  await browser.post({ step: "password", username: customer, password: PASSWORD })
  await browser.post({ step: "factor", code: SECOND_FACTOR })
  await browser.post({ step: "allow", account: id })
  await browser.post({ action: "connect", purpose: purposes, show_amounts: "on" })
  const code = /data-code="([0-9]{6})"/.exec(browser.html)?.[1]
  const back = /<a[^>]* id="go"[^>]* href="([^"]+)"/.exec(browser.html)?.[1]
  if (code === undefined || back === undefined) throw new Error("Cannot find the code on the code page")
  await browser.open(unescapeHtml(back))
  return code
}

/** The URL of Log In buttons. */
function loginOf(attachment: unknown): readonly string[] {
  const { payload } = (attachment ?? {}) as {
    readonly payload?: { readonly buttons?: readonly { readonly type: string; readonly url?: string }[] }
  }
  return (payload?.buttons ?? []).flatMap(({ type, url }) => (type === "account_link" && url ? [url] : []))
}

/** A browser as far as forms need one: redirects, cookies (all hosts are this machine), the page's first form. */
class FormBrowser {
  readonly #cookies = new Map<string, string>()
  #url = ""
  html = ""

  open(url: string): Promise<void> {
    return this.#go(url, { method: "GET" })
  }

  /** Send the page's first form with its hidden fields and these. */
  post(fields: Readonly<Record<string, string | readonly string[]>>): Promise<void> {
    const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(this.html)
    const action = /\baction="([^"]*)"/.exec(form?.[1] ?? "")?.[1]
    if (form === null || action === undefined)
      throw new Error(`Cannot find a form at ${new URL(this.#url).pathname}`)
    const body = new URLSearchParams()
    for (const [input] of (form[2] ?? "").matchAll(/<input\b[^>]*type="hidden"[^>]*>/g))
      body.append(valueOf(input, "name"), valueOf(input, "value"))
    for (const [name, value] of Object.entries(fields))
      for (const each of typeof value === "string" ? [value] : value) body.append(name, each)
    const url = new URL(unescapeHtml(action), this.#url)
    return this.#go(url.href, { method: "POST", headers: { origin: url.origin }, body })
  }

  async #go(to: string, init: RequestInit): Promise<void> {
    let [url, request] = [to, init]
    for (let hop = 0; hop < REDIRECTS_MAX; hop += 1) {
      const headers = new Headers(request.headers)
      headers.set("cookie", [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "))
      headers.set("accept-language", "en")
      const signal = AbortSignal.timeout(ANSWER_MS)
      const answer = await fetch(url, { ...request, headers, redirect: "manual", signal })
      for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie)
      this.html = await answer.text()
      this.#url = url
      const next = answer.headers.get("location")
      if (answer.status < 300 || answer.status > 399 || next === null) {
        if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}`)
        return
      }
      url = new URL(next, url).href
      request = { method: "GET" }
    }
    throw new Error("Cannot follow so many redirects")
  }

  #keep(cookie: string): void {
    const [pair = ""] = cookie.split(";")
    const at = pair.indexOf("=")
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    if (value === "" || /max-age=0\b/i.test(cookie)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

function valueOf(input: string, attribute: string): string {
  return unescapeHtml(new RegExp(`\\b${attribute}="([^"]*)"`).exec(input)?.[1] ?? "")
}

function unescapeHtml(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&")
}
