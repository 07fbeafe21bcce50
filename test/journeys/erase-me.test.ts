// "Delete my data", from the chat to the last row: what was there is read from the gateway's own files before and after, and the page
// that says how far it is is read as the person reads it.
import { describe, expect, test, vi } from "vitest"
import { answersTo, control, customerOf, readThread } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say } from "./linked.ts"
import { readColumn, scan } from "./storage-scan.ts"

const WORDS = "please tell my gardener Ottokar that the hedge invoice is settled"
const DONE_MS = 60_000

describe("somebody who wants to be forgotten", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  const stateDir = here("stateDir")

  test(
    "is asked once, hears it at once, and nothing of them is left but what the page names",
    { timeout: 120_000 },
    async () => {
      const before = new Set(readColumn(stateDir, "people", "SELECT id FROM people"))
      const psid = await linkSomebody({ gateway, sandbox }, "Philippa Forget-Example", "chi", [
        "account_service",
      ])
      await say(sandbox, psid, WORDS)
      await hearsBy(sandbox, psid, /didn't get that/)
      const [person = ""] = readColumn(stateDir, "people", "SELECT id FROM people").filter(
        (id) => !before.has(id),
      )
      expect(person).toMatch(/^person_/)
      const whereTheirs = `person_id = '${person}'`
      const [link = ""] = readColumn(stateDir, "links", `SELECT id FROM links WHERE ${whereTheirs}`)
      expect(link).toMatch(/^link_/)

      await say(sandbox, psid, "delete my data")
      await hearsBy(sandbox, psid, /Delete everything kept here about you/)
      await say(sandbox, psid, "Delete everything")
      await hearsBy(sandbox, psid, /Nothing about you is used here any more/)
      const page = JSON.stringify(await readThread(sandbox, psid)).match(
        /\/privacy\/erasure\/[A-Za-z0-9_-]{22}/,
      )?.[0]
      await vi.waitFor(
        async () => {
          const answer = await fetch(gateway + String(page), { headers: { "accept-language": "en" } })
          const html = await answer.text()
          expect([answer.status, html.includes("Your data is deleted")]).toEqual([200, true])
          expect(html).toContain("no one at all")
        },
        { timeout: DONE_MS, interval: 500 },
      )

      expect(readColumn(stateDir, "people", `SELECT id FROM people WHERE id = '${person}'`)).toEqual([])
      expect(
        readColumn(stateDir, "links", `SELECT id FROM links WHERE ${whereTheirs} OR id = '${link}'`),
      ).toEqual([])
      expect(readColumn(stateDir, "erasures", `SELECT code FROM erasures WHERE ${whereTheirs}`)).toEqual([])
      // Their object: one instant. No other names them: an object stores whom it is for in clear, as a pseudonym.
      const whom = readColumn(stateDir, "facts", "SELECT value FROM facts WHERE name = 'whom'")
      expect(whom.filter((value) => value.includes(person))).toEqual([])
      const erased = readColumn(stateDir, "facts", "SELECT value FROM facts WHERE name = 'erased'")
      expect(erased.length).toBeGreaterThan(0)
      // What stays proves the consent and names nobody.
      const kinds = readColumn(
        stateDir,
        "consents",
        `SELECT kind FROM consents WHERE link_id = '${link}' ORDER BY epoch`,
      )
      expect(kinds).toEqual(["given", "confirmed", "withdrawn"])
      const { reference } = await customerOf(sandbox, "chi")
      const needles = [psid, WORDS, "Philippa Forget-Example", reference].map((value) => ({
        name: value.slice(0, 4),
        value,
      }))
      expect(scan(stateDir, needles).found).toEqual([])

      // The bank heard of it, and took its tokens back.
      const told = JSON.stringify(await control(sandbox, "/control/bank/callbacks"))
      expect(told).toContain("erased")

      // Who writes again is somebody new.
      await say(sandbox, psid, "balance")
      await vi.waitFor(
        async () => expect((await answersTo(sandbox, psid)).at(-1)).toMatch(/[Cc]onnect/),
        DONE_MS,
      )
    },
  )
})
