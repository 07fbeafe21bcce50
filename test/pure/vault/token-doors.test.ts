// Tokens are opened in one place: nobody but links/bank-access.ts asks the vault for a link's, nobody but messenger/page-directory.ts for a
// Page's, and nothing with a token's name is handed to a log, an error, an address or a queue.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { pathOf } from "../docs/documents.ts"

const SRC = pathOf("src")
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file: file.replaceAll("\\", "/"), text: readFileSync(join(SRC, file), "utf8") }))

/** Files whose code, comments left out, matches. */
function filesWith(pattern: RegExp): readonly string[] {
  return files
    .filter(({ text }) => pattern.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")))
    .map(({ file }) => file)
    .toSorted((left, right) => (left < right ? -1 : 1))
}

describe("a link's tokens", () => {
  test("are parsed from what was opened by bank-access.ts alone", () => {
    expect(filesWith(/\bparseTokens\b/)).toEqual(["links/bank-access.ts", "links/link-tokens.ts"])
  })

  test("have one place, which bank-access.ts opens and seals, and linking seals once", () => {
    expect(filesWith(/placeOf\([^)]*"tokens"\)|place\("tokens"\)/)).toEqual([
      "links/bank-access.ts",
      expect.stringMatching(/^links\/(linking|linking-[a-z]+)\.ts$/),
    ])
  })

  test("lie sealed in a column that only stores and these two name", () => {
    for (const file of filesWith(/tokensSealed(?! [!=]== null)|tokens_sealed/))
      expect(file).toMatch(
        /^(db\/schema|vault\/sealed-columns|links\/([a-z-]+-store|bank-access|linking|linking-[a-z]+))\.ts$/,
      )
  })

  test("are in clear in the rooms that call banks, and nowhere else", () => {
    for (const file of filesWith(/\b(accessToken|refreshToken)\b/))
      expect(file).toMatch(/^links\/(bank-[a-z-]+|link-tokens|linking|linking-[a-z]+)\.ts$/)
  })

  test("stand in no log line, no error and no address", () => {
    const told =
      /(log\.(info|warn|error)|new [A-Z]\w*Error|new URL)\([^)]*\b(accessToken|refreshToken|tokens[.)])/
    expect(filesWith(told)).toEqual([])
  })

  test("are in no job", () => {
    const job = files.find(({ file }) => file === "jobs/job.ts")?.text ?? ""
    expect(job).toContain("export interface PackJob")
    expect(job).not.toMatch(/readonly \w*[tT]oken\w*/)
  })
})

describe("the vault", () => {
  test("is the only code that encrypts, and crypto/seal.ts the only file that calls the cipher", () => {
    expect(filesWith(/subtle\.(encrypt|decrypt)|"AES-/)).toEqual(["crypto/seal.ts"])
    expect(filesWith(/\b(sealBytes|openBytes|importSealingKey)\b/)).toEqual([
      "crypto/seal.ts",
      "vault/vault.ts",
    ])
  })
})
