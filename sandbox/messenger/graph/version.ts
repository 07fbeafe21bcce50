// Which Graph versions answer, and how a path is read. Pure. A path without a version runs at the oldest one the app
// may use. Source: reference/messenger-platform.md 0.3.

/** A version and when it ends, on the sandbox's clock; oldest first. */
const VERSIONS: readonly { readonly name: string; readonly endsAt: number }[] = [
  { name: "v20.0", endsAt: Date.UTC(2026, 8, 24) },
  { name: "v21.0", endsAt: Date.UTC(2027, 0, 21) },
  { name: "v22.0", endsAt: Date.UTC(2027, 4, 20) },
  { name: "v23.0", endsAt: Date.UTC(2027, 9, 8) },
  { name: "v24.0", endsAt: Date.UTC(2028, 1, 18) },
  { name: "v25.0", endsAt: Date.UTC(2028, 6, 29) },
  // Nothing is announced; the platform has kept each for two years and more.
  { name: "v26.0", endsAt: Number.POSITIVE_INFINITY },
]

/** A path in its parts. `version` is undefined where it names one that does not answer. */
export type GraphPath = {
  readonly version: string | undefined
  /** `me`, an id, or an edge of no node; empty for the bare version */
  readonly node: string
  readonly edge: string
}

/** Read what follows `/graph`.
 * @param now the sandbox's clock: versions end on it */
export function readPath(pathname: string, now: number): GraphPath {
  const parts = pathname
    .replace(/^\/graph/, "")
    .split("/")
    .filter((part) => part !== "")
  const alive = VERSIONS.filter((version) => version.endsAt > now).map((version) => version.name)
  const isVersioned = /^v\d+\.\d+$/.test(parts[0] ?? "")
  const [node = "", ...rest] = isVersioned ? parts.slice(1) : parts
  const version = isVersioned ? alive.find((name) => name === parts[0]) : alive[0]
  return { version, node, edge: rest.join("/") }
}
