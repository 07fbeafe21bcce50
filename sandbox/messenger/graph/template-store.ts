// Utility templates of every Page. The identity of one is (Page, name, language). Judging is template-rules.ts.

import type { JsonObject } from "../json.ts"
import type { Template, TemplateStatus } from "./template.ts"
import type { NewTemplate } from "./template-rules.ts"

/** A stored template; `decideAt` is when its review ends, on the sandbox's clock. */
export type StoredTemplate = Template & {
  readonly pageId: string
  readonly createdAt: number
  readonly decideAt: number | undefined
}

type Row = {
  id: string
  page_id: string
  name: string
  language: string
  parameter_format: string
  components: string
  status: string
  reason: string | null
  created_at: number
  decide_at: number | null
}

/** Templates by Page, name and language, or by id. */
export class TemplateStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Store a new one: rejected at once, or pending until `decideAt`. */
  add(pageId: string, id: string, template: NewTemplate, now: number, decideAt: number): StoredTemplate {
    const rejected = template.rejection !== undefined
    const row = this.#sql
      .exec<Row>(
        `INSERT INTO templates (id, page_id, name, language, parameter_format, components, status, reason, created_at, decide_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
        id,
        pageId,
        template.name,
        template.language,
        template.parameterFormat,
        JSON.stringify(template.components),
        rejected ? "REJECTED" : "PENDING",
        template.rejection ?? null,
        now,
        rejected ? null : decideAt,
      )
      .one()
    return toTemplate(row)
  }

  /** One template in one language. */
  find(pageId: string, name: string, language: string): StoredTemplate | undefined {
    const [row] = this.#sql
      .exec<Row>(
        "SELECT * FROM templates WHERE page_id = ? AND name = ? AND language = ?",
        pageId,
        name,
        language,
      )
      .toArray()
    return row === undefined ? undefined : toTemplate(row)
  }

  /** One template by its id. */
  findById(pageId: string, id: string): StoredTemplate | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM templates WHERE page_id = ? AND id = ?", pageId, id)
      .toArray()
    return row === undefined ? undefined : toTemplate(row)
  }

  /** All of a Page's, oldest first. */
  list(pageId: string): readonly StoredTemplate[] {
    return this.#sql
      .exec<Row>("SELECT * FROM templates WHERE page_id = ? ORDER BY ord", pageId)
      .toArray()
      .map(toTemplate)
  }

  /** Remove by name (every language) or by id; gives how many went. */
  remove(pageId: string, by: { readonly name: string } | { readonly id: string }): number {
    const [column, value] = "id" in by ? ["id", by.id] : ["name", by.name]
    return this.#sql.exec(`DELETE FROM templates WHERE page_id = ? AND ${column} = ?`, pageId, value)
      .rowsWritten
  }

  /** Those whose review has ended. */
  due(now: number): readonly StoredTemplate[] {
    return this.#sql
      .exec<Row>("SELECT * FROM templates WHERE decide_at <= ? ORDER BY ord", now)
      .toArray()
      .map(toTemplate)
  }

  /** Every Page's, oldest first. */
  listAll(): readonly StoredTemplate[] {
    return this.#sql.exec<Row>("SELECT * FROM templates ORDER BY ord").toArray().map(toTemplate)
  }

  /** Set the status, which ends a review; gives the template, if there is one by that id. */
  decide(id: string, status: TemplateStatus, reason: string | undefined): StoredTemplate | undefined {
    const [row] = this.#sql
      .exec<Row>(
        "UPDATE templates SET status = ?, reason = ?, decide_at = NULL WHERE id = ? RETURNING *",
        status,
        reason ?? null,
        id,
      )
      .toArray()
    return row === undefined ? undefined : toTemplate(row)
  }

  /** New content, in review until `decideAt` or rejected at once. */
  rewrite(id: string, template: NewTemplate, decideAt: number): void {
    const rejected = template.rejection !== undefined
    this.#sql.exec(
      "UPDATE templates SET components = ?, parameter_format = ?, status = ?, reason = ?, decide_at = ? WHERE id = ?",
      JSON.stringify(template.components),
      template.parameterFormat,
      rejected ? "REJECTED" : "PENDING",
      template.rejection ?? null,
      rejected ? null : decideAt,
      id,
    )
  }

  /** When the next review ends, if one is open. */
  nextDecisionAt(): number | undefined {
    return (
      this.#sql.exec<{ at: number | null }>("SELECT min(decide_at) AS at FROM templates").one().at ??
      undefined
    )
  }
}

function toTemplate(row: Row): StoredTemplate {
  return {
    id: row.id,
    pageId: row.page_id,
    name: row.name,
    language: row.language,
    parameterFormat: row.parameter_format === "NAMED" ? "NAMED" : "POSITIONAL",
    components: JSON.parse(row.components) as readonly JsonObject[],
    status: row.status as TemplateStatus,
    reason: row.reason ?? undefined,
    createdAt: row.created_at,
    decideAt: row.decide_at ?? undefined,
  }
}
