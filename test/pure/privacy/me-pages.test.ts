// Every page as markup: how large, under which headers, with whose words; the copy and the receipts.
import { beforeEach, describe, expect, test } from "vitest"
import type { LinkId } from "../../../src/foundation/id.ts"
import type { Held } from "../../../src/privacy/me/held.ts"
import { AT, LINK, ON, OwnPages } from "../../support/own-pages.ts"

const PAGE_BYTES_MAX = 30 * 1024
const PAGES = [
  "/me/alerts",
  "/me/uses",
  "/me/receipts",
  "/me/receipts/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.jwt",
  "/me/copy",
  "/me/copy/1",
  "/me/copy.json",
  "/me/disconnect",
  "/me/delete",
]

let own: OwnPages

beforeEach(() => {
  own = new OwnPages()
})

describe("pages", () => {
  const LONG = "W".repeat(140)

  beforeEach(() => {
    const said = Array.from({ length: 90 }, (_, index) => ({
      at: AT - index,
      state: "accepted" as const,
      reason: "",
      kind: "event" as const,
      purpose: "transaction_alerts" as const,
      text: `${index}: ${"ر".repeat(250)}`,
    }))
    const heard = Array.from({ length: 200 }, (_, index) => ({ at: AT - index, kind: "message", text: LONG }))
    own.everything = { ...own.everything, said, heard }
    own.uses = {
      v: 1,
      whole: true,
      more: true,
      uses: Array.from({ length: 40 }, (_, index) => ({
        at: AT - index,
        how: "told" as const,
        purpose: "transaction_alerts" as const,
        data: "transaction" as const,
      })),
    }
    own.held = {
      ...own.held,
      links: [
        {
          id: LINK,
          state: "live",
          createdAt: AT,
          customer: { reference: "cust-ana", name: LONG, accounts: own.consent?.accounts ?? [] },
          hasTokens: true,
        },
        { id: "link_older" as LinkId, state: "ended", createdAt: AT, endedAt: AT, hasTokens: false },
      ],
      receipts: [receiptOfMany(60)],
    }
  })

  test.each(["en", "ar"] as const)("stay below 30 KB, whatever there is: %s", async (language) => {
    const session = { ...own.visit(), language }
    for (const path of ["/me", ...PAGES.filter((each) => !/\.(jwt|json)$/.test(each)), "/me/copy/2"]) {
      const response = await own.get(path, session)
      expect(response.status, path).toBe(200)
      const bytes = (await response.arrayBuffer()).byteLength
      expect(bytes, path).toBeLessThan(PAGE_BYTES_MAX)
    }
  })

  test("carry headers that keep them out of frames and caches", async () => {
    for (const path of ["/me", "/me/copy.json", "/me/nowhere"]) {
      const { headers } = await own.get(path, own.visit())
      expect(headers.get("cache-control")).toBe("no-store")
      expect(headers.get("x-frame-options")).toBe("DENY")
      const policy = headers.get("content-security-policy") ?? ""
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("form-action 'self' https://bank.example")
    }
  })

  test("P5: no address in them holds an id of a person, a customer or an account", async () => {
    for (const path of ["/me", "/me/uses", "/me/receipts", "/me/copy/1", "/me/delete"]) {
      const html = await (await own.get(path, own.visit())).text()
      for (const [, address = ""] of html.matchAll(/(?:href|action)="([^"]+)"/g))
        expect(address).not.toMatch(/person_|link_|cust-|acc-secret|72359690250745605/)
    }
  })

  test("lead to the bank's help, complaints and telephone, by those it has", async () => {
    own.more = { helpUrl: "https://bank.example/help", complaintsUrl: "https://bank.example/complaints" }
    const html = await (await own.get("/me", own.visit())).text()
    for (const address of [own.more.helpUrl, own.more.complaintsUrl])
      expect(html).toContain(`href="${address}" target="_blank" rel="noreferrer"`)
    expect(html).toContain('href="tel:+4915112345678"')
    own.more = {}
    const bare = await (await own.get("/me", own.visit())).text()
    expect(bare).not.toContain("_blank")
    expect(bare).toContain('href="tel:+4915112345678"')
  })

  test("look like the bank: its colour after ours, its logo for our sign, and nothing loaded from elsewhere", async () => {
    own.more = { colours: { light: "#0b5261" }, logo: "data:image/png;base64,iVBORw0KGgo=" }
    for (const path of ["/me", "/me/alerts", "/me/delete", "/me/copy"]) {
      const response = await own.get(path, own.visit())
      const html = await response.text()
      expect(html.lastIndexOf("--accent:#0b5261"), path).toBeGreaterThan(html.indexOf("--accent:#0a4f99"))
      expect(html, path).toContain('<img src="data:image/png;base64,iVBORw0KGgo=" alt=""/>')
      expect(response.headers.get("content-security-policy")).toContain("img-src 'self' data:")
    }
    own.more = {}
    expect(await (await own.get("/me", own.visit())).text()).not.toContain("<img")
  })

  test("show what the bank wrote as text, never as markup", async () => {
    const html = await (await own.get("/me", own.visit())).text()
    expect(html).toContain("&lt;b&gt;Everyday&lt;/b&gt;")
    expect(html).not.toContain("<b>Everyday</b>")
  })

  test("have every line of the copy in one of its parts, and all of them in its file", async () => {
    let read = 0
    for (let part = 1; ; part++) {
      const html = await (await own.get(`/me/copy/${part}`, own.visit())).text()
      read += html.match(/<time>/g)?.length ?? 0
      if (!html.includes(`href="/me/copy/${part + 1}"`)) break
    }
    expect(read).toBe(290)
    const file = await own.get("/me/copy.json", own.visit())
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="my-data.json"')
    const copy = (await file.json()) as Record<string, readonly object[]>
    expect([copy["saidToYou"]?.length, copy["heardFromYou"]?.length, copy["connections"]?.length]).toEqual([
      90, 200, 2,
    ])
    expect(JSON.stringify(copy)).not.toMatch(/accessToken|refreshToken|wrappedKey/)
  })

  test("hand out a signed receipt by its record's hash, and none by another", async () => {
    const hash = own.held.receipts[0]?.now.recordHash ?? ""
    const file = await own.get(`/me/receipts/${hash}.jwt`, own.visit())
    expect(file.headers.get("content-type")).toBe("application/jwt")
    expect(await file.text()).toBe("ey.signed.receipt")
    for (const wrong of [`${"A".repeat(43)}.jwt`, `${hash}`, `${hash}.jwt.html`, "..%2f..%2f.jwt"])
      expect((await own.get(`/me/receipts/${wrong}`, own.visit())).status, wrong).toBe(409)
  })

  test("say so where records or receipts do not fit together", async () => {
    own.uses = { ...own.uses, whole: false }
    own.held = { ...own.held, whole: false }
    expect(await (await own.get("/me/uses", own.visit())).text()).toContain("does not fit the one before it")
    expect(await (await own.get("/me/receipts", own.visit())).text()).toContain(
      "does not fit the one before it",
    )
  })

  test("say that nothing is connected, kept or agreed to", async () => {
    own.consent = undefined
    own.uses = { v: 1, uses: [], more: false, whole: true }
    own.held = { v: 1, links: [], receipts: [], whole: true }
    own.everything = { v: 1, remembered: {}, said: [], heard: [], cut: false }
    const main = await (await own.get("/me", own.visit())).text()
    expect(main).toContain("Nothing is connected to")
    expect(main).not.toContain('action="/me/purpose"')
    expect(await (await own.get("/me/uses", own.visit())).text()).toContain(
      "was not used in the last 90 days",
    )
    expect(await (await own.get("/me/receipts", own.visit())).text()).toContain(
      "You have not agreed to anything here",
    )
    expect(await (await own.get("/me/copy/1", own.visit())).text()).toContain("Nothing is kept.")
  })

  test("are a bland page where the house does not answer", async () => {
    own.down = true
    const response = await own.get("/me", own.visit())
    expect(response.status).toBe(503)
    const html = await response.text()
    expect(html).toContain("This is not possible right now")
    expect(html).not.toContain("cust-7f3a1b9c")
    expect(own.lines.join("")).toContain("own_pages_fault")
  })
})

function receiptOfMany(count: number): Held["receipts"][number] {
  const hash = "H".repeat(43)
  const events = Array.from({ length: count }, (_, index) => ({
    kind: "narrowed" as const,
    at: AT + index,
    purposes: ON,
    until: AT + 86_400_000,
    evidence: "own_pages",
    hash,
  }))
  const now = {
    link: LINK,
    state: "live" as const,
    purposes: ON,
    showAmounts: false,
    accounts: [],
    language: "en",
    givenAt: AT,
    until: AT + 86_400_000,
    epoch: count,
    recordHash: hash,
  }
  const text = { version: "2026-11-22", sha256: "x" }
  return { link: LINK, now, text, jurisdiction: "EU", parties: [], events, records: [] }
}
