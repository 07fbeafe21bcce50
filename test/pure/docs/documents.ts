// Reading the project's own documents: whole, by section, their code and their links. For tests of documents only.
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("../../../", import.meta.url).href)

/** A file of the project as text. */
export function readText(path: string): string {
  return readFileSync(pathOf(path), "utf8")
}

/** Where a file of the project lies. */
export function pathOf(path: string): string {
  return join(ROOT, path)
}

/** Where a link of a document leads, as a file of the project. */
export function targetOf(document: string, link: string): string {
  return join(dirname(document), link)
}

/** The text under one heading, up to the next of its depth or above; '' where there is none. */
export function section(markdown: string, heading: string): string {
  const lines = markdown.split("\n")
  const from = lines.indexOf(heading)
  if (from < 0) return ""
  const depth = /^#+/.exec(heading)?.[0].length ?? 0
  const length = lines.slice(from + 1).findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 9) <= depth)
  return lines.slice(from, length < 0 ? undefined : from + 1 + length).join("\n")
}

/** Code blocks of one language, in order. */
export function codeOf(markdown: string, language: string): readonly string[] {
  return Array.from(
    markdown.matchAll(/^[ ]*```(\w*)\n([\s\S]*?)^[ ]*```$/gm),
    ([, name, code]) => [name, code ?? ""] as const,
  )
    .filter(([name]) => name === language)
    .map(([, code]) => code)
}

/** Relative links and pictures, with what follows `#`. */
export function linksOf(markdown: string): readonly string[] {
  return Array.from(markdown.matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link ?? "").filter(
    (link) => !/^[a-z]+:/.test(link),
  )
}

/** The name a heading can be linked by. */
export function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-")
}
