// The form of alert settings read into preferences, and the kinds of merchant it names. What the page does not show of somebody's
// preferences stays as it is. Pure. Shown by alerts-page.tsx.

import type { ConsentView } from "../../conversations/consent-view.ts"
import { parseMoney, renderDecimal } from "../../foundation/money.ts"
import { err, ok, type Result } from "../../foundation/result.ts"
import { readMinute } from "../../preferences/defaults.ts"
import {
  faultOf,
  ruleName,
  withRule,
  type Amount,
  type Preferences,
  type Rule,
} from "../../preferences/preferences.ts"
import type { MePageKey } from "../../phrases/me-pages.en.ts"

/** Which field cannot be taken. */
export type AlertField = "zone" | "quiet" | "digest" | "max" | "from" | "below" | "countries"

/** Kinds of merchant a person would name, and their codes. @see ISO 18245 */
export const KINDS: Readonly<
  Record<string, { readonly label: MePageKey; readonly codes: readonly string[] }>
> = {
  food: { label: "kind_of_food", codes: ["5411", "5422", "5441", "5451", "5462", "5499"] },
  eating: { label: "kind_of_eating", codes: ["5811", "5812", "5813", "5814"] },
  fuel: { label: "kind_of_fuel", codes: ["5541", "5542", "5552"] },
  travel: {
    label: "kind_of_travel",
    codes: ["3000", "4111", "4121", "4131", "4511", "4722", "7011", "7512"],
  },
  cash: { label: "kind_of_cash", codes: ["6010", "6011"] },
}
/** Purposes with switches of their own for each account. */
export const BY_ACCOUNT = ["transaction_alerts", "balance_updates"] as const

const CLOCK = /^([01][0-9]|2[0-3]):[0-5][0-9]$/

/** Read the posted fields over what holds. */
export function readAlertForm(
  fields: URLSearchParams,
  before: Preferences,
  { accounts }: Pick<ConsentView, "accounts">,
): Result<Preferences, AlertField> {
  const { quiet: _quiet, digestAt: _digest, maxADay: _max, ...kept } = before
  const currency = accounts[0]?.currency ?? "EUR"
  const from = readAmount(fields.get("from"), currency)
  const below = readAmount(fields.get("below"), currency)
  if (from === null || from?.value.startsWith("-")) return err("from")
  if (below === null) return err("below")
  const countries = (fields.get("countries") ?? "")
    .toUpperCase()
    .split(/[\s,;]+/)
    .filter(Boolean)
  if (countries.some((each) => !/^[A-Z]{2}$/.test(each))) return err("countries")
  const categories = fields
    .getAll("kind")
    .flatMap((kind) => (Object.hasOwn(KINDS, kind) ? (KINDS[kind]?.codes ?? []) : []))
  const quiet = { from: clockOf(fields.get("quiet_from")), to: clockOf(fields.get("quiet_to")) }
  const wantsQuiet = fields.get("quiet") === "on"
  if (wantsQuiet && (quiet.from === undefined || quiet.to === undefined || quiet.from === quiet.to))
    return err("quiet")
  const digestAt = clockOf(fields.get("digest_at"))
  if (fields.get("digest") === "on" && digestAt === undefined) return err("digest")
  const max = (fields.get("max") ?? "").trim()
  const direction = fields.get("direction")
  const payments: Rule = {
    ...(from ? { from } : {}),
    ...(direction === "in" || direction === "out" ? { direction } : {}),
    ...(fields.get("foreign") === "on" ? { foreignOnly: true } : {}),
    ...(fields.get("remote") === "on" ? { remoteOnly: true } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(countries.length > 0 ? { countries } : {}),
  }
  const zone = (fields.get("zone") ?? "").trim()
  let next: Preferences = {
    ...kept,
    ...(zone === "" ? {} : { zone }),
    ...(wantsQuiet ? { quiet: { from: quiet.from ?? 0, to: quiet.to ?? 0 } } : {}),
    ...(fields.get("digest") === "on" && digestAt !== undefined ? { digestAt } : {}),
    ...(max === "" ? {} : { maxADay: Number(max) }),
  }
  next = withRule(next, "transaction_alerts", payments)
  next = withRule(next, "balance_updates", below ? { below } : {})
  for (const purpose of BY_ACCOUNT)
    for (const { id } of accounts) {
      const name = ruleName(purpose, id)
      const { off: _off, ...rule } = before.rules[name] ?? {}
      const isOn = fields.getAll("account").includes(name)
      next = withRule(next, name, isOn ? rule : { ...rule, off: true })
    }
  const fault = faultOf(next)
  if (fault === undefined) return ok(next)
  return err(FIELD_OF[fault] ?? "from")
}

const FIELD_OF: Readonly<Record<string, AlertField>> = {
  zone: "zone",
  quiet: "quiet",
  digestAt: "digest",
  maxADay: "max",
}

function clockOf(text: string | null): number | undefined {
  return text !== null && CLOCK.test(text) ? readMinute(text) : undefined
}

/** An amount as people type one; `undefined` for none, `null` where it is none. */
function readAmount(text: string | null, currency: string): Amount | null | undefined {
  // NFKC turns figures of other widths into ours; Arabic ones stand in two rows of their own.
  const typed = (text ?? "")
    .normalize("NFKC")
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/\u066b/g, ".")
    .replace(/[\s\u066c]/g, "")
  if (typed === "") return undefined
  const money = parseMoney(typed.replace(/,(\d{1,3})$/, ".$1"), currency)
  return money.ok ? { value: renderDecimal(money.value), currency } : null
}
