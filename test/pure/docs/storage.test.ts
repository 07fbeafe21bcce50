// docs/storage.md and docs/settings.md name everything there is: a table, column, job or setting that is added without its line fails.
import { readdirSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, test } from "vitest"
import { prepareStorage } from "../../../src/conversations/storage.ts"
import { everyTable } from "../../support/tables.ts"
import type { Sql } from "../../../src/foundation/world.ts"
import { QUEUES } from "../../../src/jobs/job.ts"
import { LINKING_COOKIE } from "../../../src/links/linking-cookie.ts"
import { readText, section, pathOf } from "./documents.ts"

const storage = readText("docs/storage.md")
const d1 = section(storage, "## D1: the directory and the vault's shelf")
const conversation = section(storage, "## Conversation: one person's object")
const page = section(storage, "## Page: one Facebook Page's object")

/** What stands in backticks in a table's rows, before the column that tells of the content. */
function namedIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm), ([, cell]) =>
    Array.from((cell ?? "").matchAll(/`(\w+)`/g), ([, name]) => name ?? ""),
  ).flat()
}

function tablesOfConversation(): Readonly<Record<string, readonly string[]>> {
  const database = new DatabaseSync(":memory:")
  const sql: Sql = {
    exec<Row>(statement: string, ...bindings: readonly (string | number | null)[]) {
      const rows = database.prepare(statement).all(...bindings) as unknown as readonly Row[]
      return { rows, rowsWritten: 0 }
    },
    transaction: (step) => step(),
  }
  prepareStorage(sql)
  const columns = database
    .prepare(
      "SELECT m.name AS name, c.name AS col FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    )
    .all() as unknown as readonly { readonly name: string; readonly col: string }[]
  const tables: Record<string, string[]> = {}
  for (const { name, col } of columns) (tables[name] ??= []).push(col)
  return tables
}

describe("docs/storage.md", () => {
  test.each(everyTable)(
    "has a section for D1's table $name with each of its columns, and no other",
    (table) => {
      const named = namedIn(section(d1, `### \`${table.name}\``))
      expect(named.toSorted()).toEqual(table.columns.map((column) => column.name).toSorted())
    },
  )

  test("names no table that D1 lacks", () => {
    const headings = Array.from(d1.matchAll(/^### `(\w+)`$/gm), ([, name]) => name)
    expect(headings.toSorted()).toEqual(everyTable.map((table) => table.name).toSorted())
  })

  test.each(Object.entries(tablesOfConversation()))(
    "has a section for a Conversation's table %s with each of its columns",
    (name, columns) => {
      const text = section(conversation, `### \`${name}\``)
      for (const column of columns) expect(text).toContain(`\`${column}\``)
    },
  )

  test("names every table and column of a Page", () => {
    const created = readdirSync(pathOf("src/messenger")).flatMap((file) =>
      Array.from(readText(`src/messenger/${file}`).matchAll(/CREATE TABLE IF NOT EXISTS (\w+) \(([^)]*)\)/g)),
    )
    expect(created.length).toBeGreaterThan(0)
    for (const [, name = "", columns = ""] of created) {
      expect(page).toContain(`\`${name}\``)
      const names = columns.split(",").map((column) => column.trim().split(" ")[0] ?? "")
      for (const column of names.filter((each) => /^[a-z_]+$/.test(each)))
        expect(page).toContain(`\`${column}\``)
    }
  })

  test("names every queue, every kind of job, every label of a day key, and the cookie", () => {
    const messages = section(storage, "## Queue messages")
    for (const queue of QUEUES) expect(messages).toContain(`\`${queue}\``)
    const kinds = Array.from(
      readText("src/jobs/job.ts").matchAll(/readonly kind: "(\w+)"/g),
      ([, kind]) => kind,
    )
    for (const kind of kinds) expect(messages).toContain(`\`${kind}\``)
    const labels = /type DayLabel = ([^\n]+)/.exec(readText("src/vault/vault.ts"))?.[1] ?? ""
    for (const [, label] of labels.matchAll(/"(\w+)"/g)) expect(storage).toContain(`\`${label}\``)
    expect(storage).toContain(`\`${LINKING_COOKIE}\``)
  })
})

describe("docs/settings.md", () => {
  const documented = namedIn(section(readText("docs/settings.md"), "## The table"))
  const read = new Set(
    Array.from(readText("src/config.ts").matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g), ([, name]) => name ?? ""),
  )

  test("has a row for every setting config.ts reads, and no other", () => {
    expect(documented.toSorted()).toEqual([...read].toSorted())
  })

  test("README's table names settings that exist", () => {
    const named = namedIn(section(readText("README.md"), "## Configuration"))
    expect(named).toContain("VAULT_KEYS")
    for (const name of named) expect(documented).toContain(name)
  })
})
