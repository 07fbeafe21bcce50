// What would be deployed: bundled as wrangler bundles it, without deploying; no Node in it, and within its size.
// wrangler only warns of Node's modules and exits 0; the Worker would then fail to start.
// Composed by test/check/steps.mjs.
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { run } from "./run.mjs"

/** The script, gzip, just above what it is with two catalogues, so that growth is seen. Four fifths are our own rooms (a fifth of the whole
 * conversations, a twelfth catalogues and the words of pages), one fifth libraries: drizzle-orm, hono, oauth4webapi, jose, zod, message
 * formats, HTTP signatures. It is a seventh of what the platform takes. Weights (.bin) are read on first use and counted apart. */
const GZIP_BYTES_MAX = 372 * 1024

/** Marks of a Node module in wrangler's words and in the code. `node:` inside another text, as in a comment, is none. */
const NODE_WARNING = /built into node|Unexpected external import|nodejs_compat/i
const NODE_IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']node:[a-z_/]+["']/

/** @param {string} root
 * @returns {Promise<import("./run.mjs").Outcome & {note?: string}>} */
export async function checkBundle(root) {
  const directory = await mkdtemp(join(tmpdir(), "tellerline-bundle-"))
  try {
    // An absolute directory: a relative one is taken from two places at once.
    const build = await run(root, "wrangler", "deploy", "--dry-run", "--outdir", directory)
    if (!build.ok) return build
    const names = (await readdir(directory)).filter((name) => name.endsWith(".js"))
    const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")))
    const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0)
    const faults = [
      ...(names.length === 0 ? ["wrangler wrote no script"] : []),
      ...(NODE_WARNING.test(build.output) ? [build.output] : []),
      ...texts
        .flatMap((text) => NODE_IMPORT.exec(text)?.[0] ?? [])
        .map((found) => `The bundle holds ${found}`),
      ...(bytes > GZIP_BYTES_MAX
        ? [`The script has ${bytes} bytes gzip, ${GZIP_BYTES_MAX} are allowed`]
        : []),
    ]
    return { ok: faults.length === 0, output: faults.join("\n"), note: `${Math.ceil(bytes / 1024)} KB gzip` }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
