// Personas of every Page: the name and picture of a person who answers for it. Deleting is soft: what they said
// keeps their name. Source: reference/messenger-platform.md 4.8.

/** One persona. */
export type Persona = {
  readonly id: string
  readonly pageId: string
  readonly name: string
  readonly picture: string
  readonly isDeleted: boolean
}

type Row = { id: string; page_id: string; name: string; picture: string; deleted: number }

/** Personas by id. */
export class PersonaStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Add one. */
  add(persona: Omit<Persona, "isDeleted">): void {
    this.#sql.exec(
      "INSERT INTO personas (id, page_id, name, picture) VALUES (?, ?, ?, ?)",
      persona.id,
      persona.pageId,
      persona.name,
      persona.picture,
    )
  }

  /** That persona, deleted or not. */
  find(id: string): Persona | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM personas WHERE id = ?", id).toArray()
    return row === undefined ? undefined : toPersona(row)
  }

  /** A Page's living ones, oldest first. */
  list(pageId: string): readonly Persona[] {
    return this.#sql
      .exec<Row>("SELECT * FROM personas WHERE page_id = ? AND deleted = 0 ORDER BY ord", pageId)
      .toArray()
      .map(toPersona)
  }

  /** Delete one, softly. */
  remove(id: string): void {
    this.#sql.exec("UPDATE personas SET deleted = 1 WHERE id = ?", id)
  }
}

const toPersona = (row: Row): Persona => ({
  id: row.id,
  pageId: row.page_id,
  name: row.name,
  picture: row.picture,
  isDeleted: row.deleted === 1,
})
