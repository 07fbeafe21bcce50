// Commands about a bank's ways in: its bearer keys, the secret of its webhooks, and why requests of it were refused.
// Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { printJson, printRecord, printTable, say } from "./print.mjs"

const API_KEY_COLUMNS = ["id", "name", "createdAt", "expiresAt", "revokedAt"]
const REFUSAL_COLUMNS = ["at", "way", "reason", "kid", "skewSeconds", "missing"]

/** @type {readonly import("./commands.mjs").Command[]} */
export const BANK_WAY_COMMANDS = [
  {
    words: ["api-keys", "list"],
    usage: "api-keys list --bank <bank>",
    summary: "A bank's bearer keys, without the keys",
    options: ["bank"],
    run: (asked) => list(asked, "api-keys", "apiKeys", API_KEY_COLUMNS),
  },
  {
    words: ["api-keys", "create"],
    usage: "api-keys create <name> --bank <bank> --reason <why>",
    summary: "Make a bearer key for a bank: it is shown this once, and counts 400 days",
    parameters: ["name"],
    options: ["bank", "reason"],
    run: (asked) => act(asked, "api-keys", { name: asked.given[0] }),
  },
  {
    words: ["api-keys", "revoke"],
    usage: "api-keys revoke <id> --bank <bank> --reason <why>",
    summary: "A bearer key counts no more, everywhere within a minute",
    parameters: ["id"],
    options: ["bank", "reason"],
    run: (asked) => act(asked, `api-keys/${encodeURIComponent(asked.given[0])}/revocation`, {}),
  },
  {
    words: ["webhook-secrets", "create"],
    usage: "webhook-secrets create --bank <bank> --reason <why>",
    summary:
      "Make a new secret for a bank's webhooks: it is shown this once; the one before counts a day more",
    options: ["bank", "reason"],
    run: (asked) => act(asked, "webhook-secrets", {}),
  },
  {
    words: ["refusals"],
    usage: "refusals --bank <bank>",
    summary: "Why requests of a bank were refused: the newest 200 of 7 days, never what was in them",
    help: "With --json, in development, each also has the signature base the gateway computed.",
    options: ["bank"],
    run: (asked) => list(asked, "refusals", "refusals", REFUSAL_COLUMNS),
  },
]

async function list({ client, options }, noun, member, columns) {
  const answer = await client.admin("GET", `/banks/${bankOf(options)}/${noun}`)
  const rows = answer?.[member] ?? []
  if (options.json) printJson(answer)
  else printTable(columns, rows, `There are no ${noun.replace("-", " ")}.`)
  return 0
}

async function act({ client, options }, path, body) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const bank = bankOf(options)
  const answer = await client.admin("POST", `/banks/${bank}/${path}`, { ...body, reason: options.reason })
  if (options.json) printJson(answer)
  else {
    printRecord(answer ?? {})
    if (answer?.key ?? answer?.secret) say("\nThis is the only time it is shown.")
  }
  return 0
}

function bankOf({ bank }) {
  if (!bank) throw usage("say which bank: --bank <bank>")
  return encodeURIComponent(bank)
}
