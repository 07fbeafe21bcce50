// `tellerline send`: sign an event as the bank and post it, its words shown first. Needs no admin key: it is for a bank's engineers.
// A row of the table in commands.mjs.

import { randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import process from "node:process"
import { refused, usage } from "./failure.mjs"
import { oneLine, printJson, say } from "./print.mjs"
import { readSigner, signedHeaders } from "./sign.mjs"

const FILE_CHARS_MAX = 16 * 1024 * 1024
/** As many as the gateway shows the words of. */
const PREVIEWED_MAX = 20

/** @type {readonly import("./commands.mjs").Command[]} */
export const SEND_COMMANDS = [
  {
    words: ["send"],
    usage: "send --bank <bank> --key <file> (--file <file> | --type <type> --data <json>) [--preview]",
    summary: "Sign an event as the bank, show its words, and post it; with --preview it is not posted",
    help: [
      "--file is one CloudEvent or a list of them; - reads standard input.",
      "Without a file: --type, --source, --customer (or TELLERLINE_CUSTOMER), --data (JSON); --id and --time are made where they are left out.",
      "--key is a private JWK or PEM; --kid its name at the bank's jwksUri, where the JWK has none.",
      "--url is the gateway's public origin: it is part of what is signed. No admin key is needed.",
    ].join("\n"),
    options: ["bank", "key", "kid", "file", "type", "source", "customer", "data", "id", "time", "preview"],
    run: send,
  },
]

async function send({ client, options, environment }) {
  if (!options.bank) throw usage("say which bank: --bank <bank>")
  const signer = await readSigner(options)
  const events = options.file ? await readEvents(options.file) : makeEvent(options, environment)
  const path = `/banks/${encodeURIComponent(options.bank)}/events`
  const previewed = await postEvents(client, signer, `${path}?preview=1`, firstOf(events))
  if (!isYes(previewed)) throw refused(sentence("not sent; the preview was refused", previewed))
  const { preview = {}, tests = {}, rejected = {} } = previewed.body ?? {}
  if (!options.json) printPreview({ preview, tests, rejected })
  if (Object.keys(rejected).length > 0 && !options.json)
    throw refused("not sent: mend what was rejected first")
  if (options.preview || Object.keys(rejected).length > 0) {
    if (options.json) printJson(previewed.body)
    return Object.keys(rejected).length > 0 ? 1 : 0
  }
  const sent = await postEvents(client, signer, path, events)
  if (!isYes(sent)) throw refused(sentence("not taken", sent))
  if (options.json) printJson({ preview, tests, ...sent.body })
  else printTaken(sent.body)
  return Object.keys(sent.body?.rejected ?? {}).length > 0 ? 1 : 0
}

/** Sign and post one event or a list.
 * @returns {Promise<import("./client.mjs").Answer>} */
export function postEvents(client, signer, path, events) {
  const contentType = Array.isArray(events)
    ? "application/cloudevents-batch+json"
    : "application/cloudevents+json"
  const body = JSON.stringify(events)
  return client.post(path, body, signedHeaders(signer, { url: client.base + path, contentType, body }))
}

/** A CloudEvent of what was given. */
export function cloudEvent({ type, source, subject, data, id, time }) {
  return {
    specversion: "1.0",
    id: id ?? randomUUID(),
    source,
    type,
    ...(subject ? { subject } : {}),
    time: time ?? new Date().toISOString(),
    data,
  }
}

function makeEvent(options, environment) {
  const { type, source, id, time } = options
  if (!type) throw usage("say what is sent: --file <file>, or --type <type> --source <source> --data <json>")
  if (!source) throw usage("say as whom: --source <source>, the eventSource of the bank's record")
  let data
  try {
    data = JSON.parse(options.data ?? "{}")
  } catch {
    throw usage("--data is not JSON")
  }
  return cloudEvent({
    type,
    source,
    data,
    id,
    time,
    subject: options.customer ?? environment.TELLERLINE_CUSTOMER,
  })
}

async function readEvents(file) {
  let text = ""
  try {
    if (file === "-") for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk
    else text = await readFile(file, "utf8")
  } catch {
    throw usage(`the file "${file}" cannot be read`)
  }
  if (text.length > FILE_CHARS_MAX) throw usage(`the file "${file}" is larger than one request may be`)
  try {
    const events = JSON.parse(text)
    if (typeof events === "object" && events !== null) return events
  } catch {
    // Told below: a parser's message quotes the file, and the file may hold people's data.
  }
  throw usage(`the file "${file}" holds neither an event nor a list of events`)
}

function firstOf(events) {
  return Array.isArray(events) ? events.slice(0, PREVIEWED_MAX) : events
}

function isYes({ status }) {
  return status >= 200 && status < 300
}

/** The gateway's own words of a refusal; RFC 8935's where it speaks those. */
export function sentence(said, { status, body }) {
  const words = [body?.title, body?.detail, body?.description].filter((each) => typeof each === "string")
  return oneLine(`${said}: ${words.join("; ") || "no reason was given"} [${status}]`)
}

function printPreview({ preview, tests, rejected }) {
  for (const [id, languages] of Object.entries(preview))
    for (const [language, { text, buttons = [] }] of Object.entries(languages)) {
      say(`${oneLine(id)} would say, in ${oneLine(language)}:`)
      for (const line of String(text).split("\n")) say(`  ${oneLine(line)}`)
      if (buttons.length > 0) say(`  ${buttons.map((each) => `[${oneLine(each.title ?? each)}]`).join(" ")}`)
    }
  for (const [id, found] of Object.entries(tests))
    say(`${oneLine(id)} is a test: ${oneLine(JSON.stringify(found))}`)
  printRejected(rejected)
}

function printTaken(body) {
  say(`Taken: ${body?.accepted ?? 0}.`)
  printRejected(body?.rejected ?? {})
}

function printRejected(rejected) {
  for (const [id, { err, description }] of Object.entries(rejected))
    say(`${oneLine(id)} is rejected: ${oneLine([err, description].filter(Boolean).join("; "))}`)
}
