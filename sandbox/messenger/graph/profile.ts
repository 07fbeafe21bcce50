// The messenger_profile edge. Rules stand in profile-rules.ts; here they meet the stored profile and the call limit.

import type { JsonObject } from "../json.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import { listOf } from "./parameters.ts"
import {
  PROFILE_CALLS_MAX,
  PROFILE_CALLS_SPAN_MS,
  PROFILE_PROPERTIES,
  checkProfile,
  checkProfileRemoval,
} from "./profile-rules.ts"

function isOverLimit({ emulator, page }: Call): boolean {
  return (
    emulator.pages.countProfileCall(page.id, emulator.clock.now(), PROFILE_CALLS_SPAN_MS) >= PROFILE_CALLS_MAX
  )
}

/** Set properties; those not named stay. */
export const writeProfile: Handler = (call) => {
  const { emulator, page, values } = call
  if (isOverLimit(call)) return refuse(GRAPH_ERRORS.rate)
  const ignored = ["access_token", "appsecret_proof", "appsecret_time", "platform"]
  const changes: JsonObject = Object.fromEntries(
    Object.entries(values).filter(([key]) => !ignored.includes(key)),
  )
  const refusal = checkProfile(changes, page.profile)
  if (refusal !== undefined) return refuse(refusal)
  emulator.pages.putProfile(page.id, { ...page.profile, ...changes })
  emulator.live.profileChanged()
  return ok({ result: "success" })
}

/** Read the properties that are asked for and set. */
export const readProfile: Handler = ({ page, standing, values }) => {
  const asked = listOf(values.fields)
  const fields = asked.length === 0 ? [...PROFILE_PROPERTIES, "subject_to_new_eu_privacy_rules"] : asked
  const profile: JsonObject = { ...page.profile, subject_to_new_eu_privacy_rules: standing.region !== null }
  const set = Object.fromEntries(
    fields.filter((key) => profile[key] !== undefined).map((key) => [key, profile[key]]),
  )
  return ok({ data: Object.keys(set).length === 0 ? [] : [set] })
}

/** Remove the named properties. */
export const removeProfile: Handler = (call) => {
  const { emulator, page, values } = call
  if (isOverLimit(call)) return refuse(GRAPH_ERRORS.rate)
  const fields = listOf(values.fields)
  const refusal = checkProfileRemoval(fields, page.profile)
  if (refusal !== undefined) return refuse(refusal)
  const kept = Object.entries(page.profile).filter(([key]) => !fields.includes(key))
  emulator.pages.putProfile(page.id, Object.fromEntries(kept))
  emulator.live.profileChanged()
  return ok({ result: "success" })
}
