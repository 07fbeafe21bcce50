// Looks for values in every file below a directory, byte by byte, however they were written: plainly, in UTF-16, base64, hex, or
// escaped as JSON and URLs do. SQLite files are also read row by row, since a long value lies scattered over pages.
// It knows nothing of what it looks for, and whoever relies on its silence first has it find a planted marker.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** A value that must not lie there, under the name a failure may print. */
export interface Needle {
  readonly name: string
  readonly value: string
}

/** Where values of that name were found, and in which forms. Not the values: a failure is printed. */
export interface Found {
  readonly name: string
  readonly file: string
  readonly forms: readonly string[]
}

/** Shorter than this, a value would be found by chance. */
const BYTES_MIN = 6
const PREFIX_BYTES = 4
/** Objects go to rest one after another, ten seconds after their last word. */
const TRIES_MAX = 20

interface Pattern {
  readonly name: string
  readonly form: string
  readonly bytes: Buffer
}

interface Scanned {
  readonly found: readonly Found[]
  readonly files: number
  readonly bytes: number
}

/** Look for all of them in every file there is. @returns each name once a file, and how much was read */
export function scan(directory: string, needles: readonly Needle[]): Scanned {
  const patterns = byPrefix(needles.flatMap(formsOf))
  // An object put to rest folds its log into its file. What was listed before may then be gone, and its rows lie in a file already
  // read: everything is read again.
  for (let tries = 1; ; tries += 1) {
    const files = listFiles(directory)
    try {
      return scanFiles(directory, files, patterns)
    } catch (error) {
      if (tries === TRIES_MAX || files.every(existsSync)) throw error
    }
  }
}

function scanFiles(
  directory: string,
  files: readonly string[],
  patterns: ReadonlyMap<number, readonly Pattern[]>,
): Scanned {
  const found = new Map<string, Found>()
  const note = (file: string, { name, form }: Pattern) => {
    const forms = found.get(`${name} ${file}`)?.forms ?? []
    if (!forms.includes(form)) found.set(`${name} ${file}`, { name, file, forms: [...forms, form] })
  }
  let bytes = 0
  for (const path of files) {
    const file = relative(directory, path)
    const content = readFileSync(path)
    bytes += content.length
    for (const part of [content, ...rowsOf(path)])
      for (const pattern of search(part, patterns)) note(file, pattern)
  }
  return { found: [...found.values()], files: files.length, bytes }
}

/** All the ways a value may have been written. Base64 has three, by what stands before it. */
function formsOf({ name, value }: Needle): readonly Pattern[] {
  const utf8 = Buffer.from(value, "utf8")
  const utf16 = Buffer.from(value, "utf16le")
  const escaped = [...utf16.toString("utf16le")].flatMap((each) => each.split(""))
  const forms: readonly (readonly [form: string, bytes: Buffer])[] = [
    ["plain", utf8],
    ["utf-16le", utf16],
    ["utf-16be", Buffer.from(utf16).swap16()],
    ["hex", Buffer.from(utf8.toString("hex"))],
    ["HEX", Buffer.from(utf8.toString("hex").toUpperCase())],
    ["percent", Buffer.from(encodeURIComponent(value))],
    ["json", Buffer.from(JSON.stringify(value).slice(1, -1))],
    ["json, not ASCII escaped", Buffer.from(escaped.map((unit) => escape(unit, false)).join(""))],
    ["json, all escaped", Buffer.from(escaped.map((unit) => escape(unit, true)).join(""))],
    ...[0, 1, 2].flatMap((offset) => {
      const text = base64At(utf8, offset)
      return [
        [`base64 +${offset}`, Buffer.from(text)],
        [`base64url +${offset}`, Buffer.from(text.replaceAll("+", "-").replaceAll("/", "_"))],
      ] as const
    }),
  ]
  return forms
    .filter(([, bytes]) => bytes.length >= BYTES_MIN)
    .map(([form, bytes]) => ({ name, form, bytes }))
}

function escape(unit: string, everything: boolean): string {
  return everything || unit > "\u007e" ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : unit
}

/** The characters that this value alone decides, wherever it stands in what was encoded. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64")
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
}

function byPrefix(patterns: readonly Pattern[]): ReadonlyMap<number, readonly Pattern[]> {
  const index = new Map<number, Pattern[]>()
  for (const pattern of patterns) {
    const prefix = pattern.bytes.readUInt32LE(0)
    index.set(prefix, [...(index.get(prefix) ?? []), pattern])
  }
  return index
}

/** One pass over the bytes, whatever the number of patterns. */
function* search(
  content: Buffer,
  patterns: ReadonlyMap<number, readonly Pattern[]>,
): Generator<Pattern, void> {
  for (let at = 0; at + PREFIX_BYTES <= content.length; at += 1)
    for (const pattern of patterns.get(content.readUInt32LE(at)) ?? [])
      if (content.subarray(at, at + pattern.bytes.length).equals(pattern.bytes)) yield pattern
}

function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Every value of every table, each as the bytes it is made of. */
function* rowsOf(path: string): Generator<Buffer, void> {
  if (!path.endsWith(".sqlite")) return
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    for (const { name } of tables) {
      const rows = database.prepare(`SELECT * FROM "${String(name)}"`)
      // Some hold more than a JavaScript number can.
      rows.setReadBigInts(true)
      for (const row of rows.iterate())
        for (const value of Object.values(row))
          yield value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value))
    }
  } finally {
    database.close()
  }
}

/** Texts in one column of the only SQLite file below a directory that has such a table. */
export function readColumn(directory: string, table: string, query: string): readonly string[] {
  return listFiles(directory)
    .filter((path) => path.endsWith(".sqlite"))
    .flatMap((path) => {
      const database = new DatabaseSync(path, { readOnly: true })
      try {
        const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table)
        return known
          ? database
              .prepare(query)
              .all()
              .map((row) => String(Object.values(row)[0]))
          : []
      } finally {
        database.close()
      }
    })
}
