// Every column of the directory that holds something sealed, in two tables: what lies directly under an outer key, and what lies under a
// link's own. Whoever adds a column adds its row: a test holds every table against both. Names are those of SQL. Used by the pass that
// re-wraps (outer-key-pass.ts) and by giving a link another key (links/link-rekeying.ts).
//
// What is sealed inside JSON: `dead_letters.job` holds a job as it travelled, under a bank's key of a month or a day key.

/** A column under an outer key. Empty and NULL mean that nothing lies there. */
export interface OuterColumn {
  readonly table: "pages" | "bank_keys" | "people" | "links" | "webhook_secrets" | "notice_runs"
  readonly column: string
  /** The column that names the bank, and the one that names the row within it. */
  readonly bank: string
  readonly row: string
  /** The last part of the place; the parts before are bank, table and row. */
  readonly part: "token" | "key" | "secret" | "event"
}

/** What lies directly under an outer key. */
export const OUTER_COLUMNS: readonly OuterColumn[] = [
  { table: "pages", column: "token_sealed", bank: "bank_id", row: "id", part: "token" },
  { table: "bank_keys", column: "wrapped_key", bank: "bank_id", row: "month", part: "key" },
  { table: "bank_keys", column: "former_wrapped_key", bank: "bank_id", row: "month", part: "key" },
  { table: "people", column: "wrapped_key", bank: "bank_id", row: "id", part: "key" },
  { table: "people", column: "former_wrapped_key", bank: "bank_id", row: "id", part: "key" },
  { table: "links", column: "wrapped_key", bank: "bank_id", row: "id", part: "key" },
  { table: "webhook_secrets", column: "secret_sealed", bank: "bank_id", row: "id", part: "secret" },
  { table: "notice_runs", column: "event_sealed", bank: "bank_id", row: "id", part: "event" },
]

/** What of a link lies under the link's own key: each column, and the last part of its place. */
export const LINK_COLUMNS = {
  tokens_sealed: "tokens",
  customer_sealed: "customer",
  offer_sealed: "offer",
} as const

/** Where a value of an outer column belongs: additional data of its seal. */
export function outerPlace({ table, part }: OuterColumn, bank: string, row: string): string {
  return `${bank}|${table}|${row}|${part}`
}
