// How reviews of utility templates go: how long they take, and which end otherwise than approved. The knobs of
// POST /control/templates/review; the object asks when one is due.

import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, parseJson } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { announceTemplate } from "../webhooks/announce.ts"
import type { TemplateStatus } from "./template.ts"
import { TEMPLATE_STATUSES } from "./template.ts"

/** The knobs. `reject` gives the reason by a template's name, or by the beginning of it followed by `*`. */
export type Review = { readonly delayMs: number; readonly reject: Readonly<Record<string, string>> }

const USUAL: Review = { delayMs: 1_000, reject: {} }
const KEY = "template_review"
const DELAY_MS_MAX = 7 * 86_400_000

/** How reviews go now. */
export function reviewOf(emulator: Emulator): Review {
  return { ...USUAL, ...(parseJson(emulator.meta.find(KEY) ?? "{}") as Partial<Review>) }
}

/** Set the knobs; those not named go back to the usual. */
export function setReview(emulator: Emulator, body: JsonObject): Result<Review, string> {
  const { delayMs = USUAL.delayMs, reject = {} } = body
  if (typeof delayMs !== "number" || delayMs < 0 || delayMs > DELAY_MS_MAX)
    return refuse(`"delayMs" is a number up to ${DELAY_MS_MAX}`)
  if (!isObject(reject) || Object.values(reject).some((reason) => typeof reason !== "string"))
    return refuse('"reject" is an object of reasons by template name')
  const review = { delayMs, reject: reject as Readonly<Record<string, string>> }
  emulator.meta.put(KEY, JSON.stringify(review))
  return ok(review)
}

/** End the reviews that are due, and tell the Pages. */
export function endReviews(emulator: Emulator): void {
  const { reject } = reviewOf(emulator)
  for (const template of emulator.templates.due(emulator.clock.now())) {
    const [, reason] = Object.entries(reject).find(([name]) => isMeant(name, template.name)) ?? []
    setStatus(emulator, template.id, reason === undefined ? "APPROVED" : "REJECTED", reason)
  }
}

const isMeant = (pattern: string, name: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name

/** Set a template's status, as the platform may at any time, and tell the Page. */
export function setStatus(
  emulator: Emulator,
  id: string,
  status: TemplateStatus,
  reason: string | undefined,
): void {
  const template = emulator.templates.decide(id, status, reason)
  if (template !== undefined) announceTemplate(emulator, template.pageId, template)
}

/** The status a text names, if it names one. */
export const readStatusName = (text: string | undefined): TemplateStatus | undefined =>
  TEMPLATE_STATUSES.find((status) => status === text?.toUpperCase())
