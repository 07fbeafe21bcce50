// Every sealed column of the directory is known to the pass that re-wraps, or lies under a link's key; places are those of the rooms.
import { describe, expect, test } from "vitest"
import { personKeyPlace } from "../../../src/conversations/place.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../../src/foundation/id.ts"
import { placeOf } from "../../../src/links/link-tokens.ts"
import { pagePlace } from "../../../src/messenger/page-store.ts"
import { everyTable } from "../../support/tables.ts"
import { LINK_COLUMNS, OUTER_COLUMNS, outerPlace } from "../../../src/vault/sealed-columns.ts"

const BANK = "demo" as BankId
const PAGE = "100000000000001" as PageId

describe("the sealed columns", () => {
  const columns = everyTable.flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`))

  test("are all named: none is left behind when its key is", () => {
    const sealed = columns.filter((name) => /(_sealed|wrapped_key)$/.test(name))
    const named = [
      ...OUTER_COLUMNS.map(({ table, column }) => `${table}.${column}`),
      ...Object.keys(LINK_COLUMNS).map((column) => `links.${column}`),
    ]
    expect(named.toSorted()).toEqual(sealed.toSorted())
    for (const { table, bank, row } of OUTER_COLUMNS)
      for (const column of [bank, row]) expect(columns).toContain(`${table}.${column}`)
  })

  test("are bound to the places their rooms seal at", () => {
    const person = "person_one" as PersonId
    const link = "link_one" as LinkId
    const places: Readonly<Record<string, readonly [row: string, place: string]>> = {
      pages: [PAGE, pagePlace({ bank: BANK, id: PAGE })],
      people: [person, personKeyPlace({ bank: BANK, page: PAGE, person })],
      links: [link, placeOf(BANK, link, "key")],
      bank_keys: ["2026-11", "demo|bank_keys|2026-11|key"],
      notice_runs: ["notice_1", "demo|notice_runs|notice_1|event"],
      webhook_secrets: ["whsec_1", "demo|webhook_secrets|whsec_1|secret"],
    }
    for (const column of OUTER_COLUMNS) {
      const [row, place] = places[column.table] ?? ["", ""]
      expect(outerPlace(column, BANK, row)).toBe(place)
    }
    for (const part of Object.values(LINK_COLUMNS))
      expect(placeOf(BANK, link, part)).toBe(`demo|links|link_one|${part}`)
  })
})
