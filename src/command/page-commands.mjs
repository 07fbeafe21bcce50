// Commands about Pages and their templates: registering one, letting a stopped one speak again. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { list, part, show } from "./listing.mjs"
import { oneLine, printJson, printTable, say } from "./print.mjs"
import { put } from "./record-file.mjs"

const TEMPLATE_COLUMNS = ["name", "language", "status", "checkedAt"]

/** @type {readonly import("./commands.mjs").Command[]} */
export const PAGE_COMMANDS = [
  {
    words: ["pages", "list"],
    usage: "pages list",
    summary: "The Pages of the banks you hold a role for",
    run: (asked) => list(asked, "/pages", "pages", ["id", "bank", "name"]),
  },
  {
    words: ["pages", "show"],
    usage: "pages show <page>",
    summary: "A Page's record, without its token, and how it stands",
    parameters: ["page"],
    run: (asked) => show(asked, `/pages/${part(asked.given[0])}`),
  },
  {
    words: ["pages", "put"],
    usage: "pages put <file> [--reason <why>]",
    summary: "Register a Page for a bank, or replace its record or token",
    help: 'The file is JSON with the members "id", "bank", "name" and those of GET /docs; "-" reads standard input.\nThe token is read from TELLERLINE_PAGE_TOKEN, or from the member "token".',
    parameters: ["file"],
    options: ["reason"],
    run: (asked) => put(asked, "pages", { token: asked.environment.TELLERLINE_PAGE_TOKEN }),
  },
  {
    words: ["pages", "reconnect"],
    usage: "pages reconnect <page> --reason <why> [--connected-by <login>]",
    summary: "Let a stopped Page speak again: what waited goes out",
    help: "The new token is read from TELLERLINE_PAGE_TOKEN; without one the Page's own is tried again.",
    parameters: ["page"],
    options: ["reason", "connected-by"],
    run: reconnect,
  },
  {
    words: ["templates", "list"],
    usage: "templates list --page <page>",
    summary: "A Page's utility templates and their status at Messenger",
    options: ["page"],
    run: (asked) => list(asked, `/pages/${part(pageOf(asked))}/templates`, "templates", TEMPLATE_COLUMNS),
  },
  {
    words: ["templates", "sync"],
    usage: "templates sync --page <page> --reason <why>",
    summary: "Create the templates that are missing, and look up the status of all",
    help: "Doing it again changes nothing. The exit code is 1 where Messenger refused one.",
    options: ["page", "reason"],
    run: syncTemplates,
  },
]

async function reconnect({ client, given, options, environment }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("PUT", `/pages/${part(given[0])}/token`, {
    reason: options.reason,
    ...(environment.TELLERLINE_PAGE_TOKEN ? { token: environment.TELLERLINE_PAGE_TOKEN } : {}),
    ...(options["connected-by"] ? { connectedBy: options["connected-by"] } : {}),
  })
  if (options.json) printJson(answer)
  else {
    const { held, stale, sent } = answer?.reconnected ?? {}
    say(`Reconnected. Held: ${held}, of these too old by now: ${stale}, handed back so far: ${sent}.`)
    say(`How it goes on: tellerline pages show ${oneLine(given[0])}`)
  }
  return 0
}

async function syncTemplates(asked) {
  const { client, options } = asked
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/pages/${part(pageOf(asked))}/templates/sync`, {
    reason: options.reason,
  })
  const refused = answer?.refused ?? []
  if (options.json) printJson(answer)
  else {
    printTable(TEMPLATE_COLUMNS, answer?.templates ?? [], "There are no templates.")
    say(`\nCreated: ${answer?.created?.map(oneLine).join(", ") || "none"}`)
    if (answer?.retired?.length > 0) say(`Retired: ${answer.retired.map(oneLine).join(", ")}`)
    if (refused.length > 0) printTable(["template", "reason", "code", "subcode"], refused, "")
  }
  return refused.length > 0 ? 1 : 0
}

function pageOf({ options }) {
  if (!options.page) throw usage("say which Page: --page <page>")
  return options.page
}
