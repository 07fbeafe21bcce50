// The floors of the house (CONTRIBUTING.md): which room may lean on which, told as one table.
// A room that is not in the table is refused, so that a new one gets its floor first.
// Read by test/check/floors.mjs, which also proves that every file was read.

/** Top floor last. Rooms of one floor do not know each other; arrows point down. A room is a folder of src, or a file
 * standing directly in it. */
const FLOORS = [
  ["foundation"],
  ["db", "crypto"],
  ["audit", "metering", "jobs", "http", "phrases"],
  ["messenger", "banks", "vault", "approvals", "config"],
  ["links", "preferences", "support"],
  ["conversations"],
  ["notifications"],
  ["privacy", "console"],
  ["app"],
  ["house"],
  ["doors"],
  ["worker"],
]

/** The `tellerline` command runs in Node on an operator's machine and leans on nothing of the Worker's. */
const APART = ["command"]

/** The shells: the only files that may know they run in workerd. */
const SHELLS = [
  "src/worker.ts",
  "src/conversations/conversation.ts",
  "src/messenger/page.ts",
  "src/audit/audit-log.ts",
  "src/support/line.ts",
]

const rooms = FLOORS.flatMap((names, floor) => names.map((name) => ({ name, floor })))

/** A room's files: `src/room/...`, `src/room.ts` or `src/room.tsx`. */
const path = (names) => `^src/(${names.join("|")})(/|\\.tsx?$)`

const floorRules = rooms
  .map(({ name, floor }) => ({
    above: rooms.filter((other) => other.name !== name && other.floor >= floor).map((other) => other.name),
    name,
  }))
  .filter(({ above }) => above.length > 0)
  .map(({ name, above }) => ({
    name: `floor-of-${name}`,
    comment: `${name} leans only on the floors below it`,
    severity: "error",
    from: { path: path([name]) },
    to: { path: path(above) },
  }))

export default {
  forbidden: [
    ...floorRules,
    {
      name: "no-circle",
      comment: "two files that need each other, be it for a type, are one idea or lack a third file",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "no-circle-in-sandbox",
      comment: "a binding's type names its object and the object its bindings: types alone may meet here",
      severity: "error",
      from: { path: "^sandbox/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "room-without-floor",
      comment: "a new room gets its floor in .dependency-cruiser.mjs first",
      severity: "error",
      from: { path: "^src/", pathNot: path([...rooms.map(({ name }) => name), ...APART]) },
      to: {},
    },
    {
      name: "command-apart",
      severity: "error",
      from: { path: path(APART) },
      to: { path: "^src/", pathNot: path(APART) },
    },
    {
      name: "nobody-needs-the-command",
      severity: "error",
      from: { path: "^src/", pathNot: path(APART) },
      to: { path: path(APART) },
    },
    {
      name: "only-perform-speaks",
      comment: "words take the platform's form where a leave is made for them, and nowhere else (P4)",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/conversations/perform\\.ts$" },
      to: { path: "^src/messenger/wire\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "one-graph-client",
      comment: "the client that can send is made once; others are given the part they need",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(messenger/|conversations/means\\.ts$)" },
      to: { path: "^src/messenger/(client|graph-call)\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-links-call-banks",
      comment:
        "a call to a bank as a customer is made by links/bank-access.ts and bank-login.ts, under a grant or for the link itself (P4)",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/links/bank-[a-z-]+\\.ts$" },
      to: { path: "^src/links/bank-(call|http|client|request)\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "shells-only",
      comment: "only the shells import cloudflare:*; everything else runs outside workerd too",
      severity: "error",
      from: { path: "^src/", pathNot: SHELLS.map((file) => `^${file.replaceAll(".", "\\.")}$`) },
      to: { path: "^cloudflare:" },
    },
    {
      name: "src-stands-alone",
      comment: "src never imports sandbox or test",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(sandbox|test)/" },
    },
    {
      name: "sandbox-stands-alone",
      comment: "an emulator that shares our types shares our mistakes",
      severity: "error",
      from: { path: "^sandbox/" },
      to: { path: "^(src|test)/" },
    },
    {
      name: "web-standards-only",
      severity: "error",
      from: { path: "^src/", pathNot: path(APART) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "packages-of-the-deployment",
      comment: "src uses only what package.json lists under dependencies",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm"] },
    },
    {
      name: "nothing-missing",
      comment: "code for the browser imports by the address it is served at, which is no file's",
      severity: "error",
      from: { path: "^(src|sandbox)/", pathNot: "/public/" },
      to: { couldNotResolve: true, pathNot: "^cloudflare:" },
    },
  ],
  options: {
    // TypeScript 7 offers no parser to this tool, which then reads nothing and reports success.
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^node_modules/.*\\.d\\.ts$" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["workerd", "worker", "browser", "import", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
}
