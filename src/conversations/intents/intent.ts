// What a person can mean. One word for each, used by buttons, the menu and free text alike.

/** Heard first, in every language and every state, and never held back (P8). */
const URGENT_INTENTS = [
  "fraud",
  "fraud_mistake",
  "lost_card",
  "freeze_card",
  "freeze_all",
  "human",
  "delete_data",
  "delete_confirm",
  "delete_cancel",
  "stop_balances",
  "stop_payments",
  "stop_fraud",
  "stop_receipts",
  "stop_parcels",
  "stop",
  "stop_keep_fraud",
  "stop_now",
  "stop_undo",
] as const

/** Everything the chat understands. */
export const INTENTS = [
  ...URGENT_INTENTS,
  "greeting",
  "balance",
  "transactions",
  "more_transactions",
  "help",
  "complain",
  "connect",
  "no_code",
  "how_it_works",
  "language",
  "my_data",
  "renew",
  "switch_on",
  "alerts",
  "alerts_above",
  "alerts_digest",
  "alerts_all",
  "mute_today",
  "unmute",
  "updates",
  "unfreeze_card",
  "transfer",
  "new_payee",
  "full_number",
  "change_details",
  "dispute",
  "try_again",
  "help_yes",
  "help_no",
  "read_answer",
] as const
export type Intent = (typeof INTENTS)[number]

/** Those heard first (P8). */
export const URGENT: ReadonlySet<Intent> = new Set<Intent>(URGENT_INTENTS)

/** What a button carries: `v1.<ACTION>` and up to three further parts. */
export interface Payload {
  readonly action: string
  readonly parts: readonly string[]
}

const PAYLOAD = /^v1((?:\.[A-Za-z0-9_-]{1,200}){1,4})$/

/** Write a payload; parts are of `A-Z a-z 0-9 _ -`. */
export function renderPayload(action: string, ...parts: readonly string[]): string {
  return ["v1", action, ...parts].join(".")
}

/** Read a payload of ours; `undefined` for anything else, such as a button of an older release. */
export function parsePayload(payload: string): Payload | undefined {
  const match = PAYLOAD.exec(payload)
  if (!match?.[1]) return undefined
  const [action = "", ...parts] = match[1].slice(1).split(".")
  return { action, parts }
}

/** The payload of a button that means an intent. */
export function intentPayload(intent: Intent): string {
  return renderPayload(intent.toUpperCase())
}

/** The intent a payload's action names. */
export function findIntent(action: string): Intent | undefined {
  const intent = action.toLowerCase()
  return (INTENTS as readonly string[]).includes(intent) ? (intent as Intent) : undefined
}
