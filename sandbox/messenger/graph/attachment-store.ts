// Files that a Page uploaded or sent as reusable. They live 90 days on the sandbox's clock and belong to one Page.
// Small ones are kept to be shown on the phone; of larger ones only that they exist.
// Source: reference/messenger-platform.md 4.7.

/** How long an `attachment_id` can be used. */
const LIFE_MS = 90 * 86_400_000

/** A row of a Durable Object's database holds at most 2 MB; larger files are not shown on the phone. */
const KEPT_BYTES_MAX = 1_000_000

/** A stored file. `url`: where it came from, or where the sandbox serves it. */
export type Attachment = {
  readonly id: string
  readonly pageId: string
  readonly type: string
  readonly url: string | undefined
}

/** What was uploaded as bytes. */
export type Upload = { readonly bytes: ArrayBuffer; readonly contentType: string }

type Row = { id: string; page_id: string; type: string; url: string | null }

/** Files by id. */
export class AttachmentStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Keep one. */
  add(attachment: Attachment, now: number, upload?: Upload): void {
    const isKept = upload !== undefined && upload.bytes.byteLength <= KEPT_BYTES_MAX
    this.#sql.exec(
      "INSERT INTO attachments (id, page_id, type, url, content, content_type, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      attachment.id,
      attachment.pageId,
      attachment.type,
      attachment.url ?? null,
      isKept ? upload.bytes : null,
      isKept ? upload.contentType : null,
      now,
    )
  }

  /** A Page's file that has not expired. */
  find(pageId: string, id: string, now: number): Attachment | undefined {
    const [row] = this.#sql
      .exec<Row>(
        "SELECT id, page_id, type, url FROM attachments WHERE id = ? AND page_id = ? AND created_at > ?",
        id,
        pageId,
        now - LIFE_MS,
      )
      .toArray()
    return row === undefined
      ? undefined
      : { id: row.id, pageId: row.page_id, type: row.type, url: row.url ?? undefined }
  }

  /** The bytes of an upload, where they were kept. */
  findContent(id: string): Upload | undefined {
    const [row] = this.#sql
      .exec<{ content: ArrayBuffer | null; content_type: string | null }>(
        "SELECT content, content_type FROM attachments WHERE id = ?",
        id,
      )
      .toArray()
    return row?.content === null || row?.content === undefined
      ? undefined
      : { bytes: row.content, contentType: row.content_type ?? "application/octet-stream" }
  }
}
