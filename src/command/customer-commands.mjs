// Commands about customers of a bank, for a letter to it: export, erasure, consents at an instant, disclosures between two.
// Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { part } from "./listing.mjs"
import { oneLine, printJson, say } from "./print.mjs"

/** @type {readonly import("./commands.mjs").Command[]} */
export const CUSTOMER_COMMANDS = [
  {
    words: ["customers", "export"],
    usage: "customers export --bank <bank> --customer <reference> --reason <why>",
    summary: "All that is held of one customer, as JSON",
    help: "The reference is the bank's own; without --customer it is read from TELLERLINE_CUSTOMER.",
    options: ["bank", "customer", "reason"],
    run: async (asked) => {
      printJson(await askOfBank(asked, "customer/export", { customer: customerOf(asked) }))
      return 0
    },
  },
  {
    words: ["customers", "erase"],
    usage: "customers erase --bank <bank> --customer <reference> --reason <why>",
    summary: "Erase one customer in every chat",
    help: "Nothing is read or sent any more once this has answered; keys and storage follow within minutes. It cannot be undone.",
    options: ["bank", "customer", "reason"],
    run: eraseCustomer,
  },
  {
    words: ["consents"],
    usage: "consents --bank <bank> --at <instant> --reason <why>",
    summary: "Who had allowed what at an instant",
    options: ["bank", "at", "reason"],
    run: (asked) => listOfBank(asked, "consents", "consents", { at: instantOf(asked, "at") }),
  },
  {
    words: ["disclosures"],
    usage: "disclosures --bank <bank> --from <instant> --to <instant> --reason <why>",
    summary: "Whose data, and which kinds, were passed to Meta between two instants",
    help: "Receipts are kept 90 days; what was erased is in no answer.",
    options: ["bank", "from", "to", "reason"],
    run: (asked) =>
      listOfBank(asked, "disclosures", "disclosures", {
        from: instantOf(asked, "from"),
        to: instantOf(asked, "to"),
      }),
  },
]

async function eraseCustomer(asked) {
  const answer = await askOfBank(asked, "customer/erasure", { customer: customerOf(asked) })
  if (asked.options.json) printJson(answer)
  else if (answer?.erased) {
    say(`Being erased: ${answer.erased}.`)
    for (const code of answer.codes ?? []) say(`How far it is: /privacy/erasure/${oneLine(code)}`)
  } else say("Nobody is linked to that customer.")
  return 0
}

/** Every part of an answer, one JSON object a line. */
async function listOfBank(asked, path, member, body) {
  let cursor = ""
  for (;;) {
    const answer = await askOfBank(asked, path, { ...body, ...(cursor ? { cursor } : {}) })
    for (const row of answer?.[member] ?? []) say(JSON.stringify(row))
    if (!answer?.next) return 0
    cursor = answer.next
  }
}

/** Ask something about a bank's customers: always with a reason. */
async function askOfBank({ client, options }, path, body) {
  if (!options.bank) throw usage("say which bank: --bank <bank>")
  if (!options.reason) throw usage("say why: --reason <why>")
  return client.admin("POST", `/banks/${part(options.bank)}/${path}`, { ...body, reason: options.reason })
}

function customerOf({ options, environment }) {
  const customer = options.customer ?? environment.TELLERLINE_CUSTOMER
  if (!customer) throw usage("say which customer: --customer <reference>")
  return customer
}

function instantOf({ options }, name) {
  if (!options[name]) throw usage(`say when: --${name} <instant>, for example 2026-11-22T00:00:00Z`)
  return options[name]
}
