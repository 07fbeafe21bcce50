// README.md and the other documents say what is so: commands exist, links lead somewhere, the chat says what the transcript says.
import { existsSync, readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { phrase } from "../../../src/phrases/catalogue.ts"
import {
  formatAccount,
  formatDate,
  formatList,
  formatMoney,
  formatTime,
} from "../../../src/phrases/format.ts"
import { parseMoney } from "../../../src/foundation/money.ts"
import { anchorOf, codeOf, linksOf, readText, section, targetOf, pathOf } from "./documents.ts"

const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...["docs/", "docs/decisions/"].flatMap((folder) =>
    readdirSync(pathOf(folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => folder + name),
  ),
]
const { scripts } = JSON.parse(readText("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>
}
/** What npm has of its own. */
const NPM = ["ci"]

describe.each(DOCUMENTS)("%s", (path) => {
  const text = readText(path)

  test("names no command that package.json lacks", () => {
    for (const [, script = ""] of text.matchAll(/\bnpm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script])
    for (const [, command = ""] of text.matchAll(/\bnpm (?!run\b)([a-z]+)\b(?= (?:&&|#)|`|$)/gm))
      expect([...NPM, ...Object.keys(scripts)]).toContain(command)
  })

  test("leads nowhere that is not there", () => {
    for (const link of linksOf(text)) {
      const [file = "", anchor] = link.split("#")
      const target = targetOf(path, file || path.split("/").at(-1)!)
      expect(existsSync(pathOf(target)), link).toBe(true)
      if (anchor === undefined) continue
      const headings = (file ? readText(target) : text).match(/^#+ .*$/gm) ?? []
      expect(headings.map(anchorOf), link).toContain(anchor)
    }
  })
})

describe("README.md", () => {
  const readme = readText("README.md")

  test("lists every script of package.json", () => {
    const table = section(readme, "## Development")
    for (const name of Object.keys(scripts))
      expect(table).toContain(name === "test" ? "`npm test`" : `\`npm run ${name}\``)
  })

  test("gives the test command that CI runs", () => {
    expect(section(readme, "## Development")).toContain("npm ci && npm test")
    expect(readText(".ci/run")).toContain("npm ci && npm test")
  })

  test("runs from nothing in at most five commands", () => {
    const [commands = ""] = codeOf(section(readme, "## Run it"), "sh")
    const lines = commands.trim().split("\n")
    expect(lines).toEqual(["npm ci", "npm run dev"])
  })

  test("quotes the chat word for word", () => {
    const [transcript = ""] = codeOf(readme, "")
    const said = transcript.replace(/^(?:Bank|Ana) /gm, "").replace(/\s+/g, " ")
    const bank = "Harbourline Bank"
    const account = formatAccount("en", phrase("en", "kind_checking"), "4821")
    const zone = "Europe/Berlin"
    const time = (text: string) => formatTime("en", Date.parse(`2026-11-22T${text}:00+01:00`), zone)
    const money = (value: string) => {
      const parsed = parseMoney(value, "EUR")
      if (!parsed.ok) throw new Error(parsed.error.reason)
      return formatMoney("en", parsed.value)
    }
    const purposes = ["transaction_alerts", "fraud_alerts", "account_service"] as const
    const sentences = [
      phrase("en", "welcome", { bank }),
      phrase("en", "link_offered", { bank, accounts: account }),
      phrase("en", "connected", {
        accounts: account,
        purposes: formatList(
          "en",
          purposes.map((purpose) => phrase("en", `purpose_${purpose}`)),
        ),
        until: formatDate("en", Date.parse("2027-05-21T13:00:00Z"), zone),
      }),
      phrase("en", "balance_line", { account, amount: money("1204.50"), time: time("14:05") }),
      phrase("en", "fraud", {
        bank,
        amount: money("249.99"),
        merchant: "ELECTRO MART",
        when: phrase("en", "just_now", { time: time("14:07") }),
        last4: "5512",
        action: phrase("en", "fraud_card_paused"),
      }),
      phrase("en", "fraud_frozen", { last4: "5512" }),
    ]
    for (const sentence of sentences) expect(said).toContain(sentence)
    for (const title of ["fraud_yes_button", "fraud_no_button"] as const)
      expect(said).toContain(`[${phrase("en", title)}]`)
  })
})
