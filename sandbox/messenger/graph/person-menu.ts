// The custom_user_settings edge: a persistent menu for one person, over the Page's own.

import { parseJson, textOf } from "../json.ts"
import type { Person } from "../people/person-store.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import { PROFILE_CALLS_MAX, PROFILE_CALLS_SPAN_MS, checkMenu } from "./profile-rules.ts"

function findPerson({ emulator, page, values }: Call): Result<Person, GraphError> {
  const person = emulator.people.find(textOf(values, "psid") ?? "")
  return person === undefined || person.pageId !== page.id ? refuse(GRAPH_ERRORS.noUser) : ok(person)
}

/** Ten writes a person in ten minutes, counted as those to the Page's profile are. */
const isOverLimit = ({ emulator }: Call, { psid }: Person): boolean =>
  emulator.pages.countProfileCall(psid, emulator.clock.now(), PROFILE_CALLS_SPAN_MS) >= PROFILE_CALLS_MAX

/** Set that person's menu. */
export const writePersonMenu: Handler = (call) => {
  const person = findPerson(call)
  if (!person.ok) return person
  if (isOverLimit(call, person.value)) return refuse(GRAPH_ERRORS.rate)
  const menu = call.values.persistent_menu
  const refusal = checkMenu(menu)
  if (refusal !== undefined) return refuse(refusal)
  call.emulator.people.change(person.value.psid, { menu: JSON.stringify(menu) })
  call.emulator.live.profileChanged()
  return ok({ result: "success" })
}

/** Read it. */
export const readPersonMenu: Handler = (call) => {
  const person = findPerson(call)
  if (!person.ok) return person
  const menu = parseJson(person.value.menu ?? "")
  if (menu === undefined) return ok({ data: [] })
  const own = call.page.profile.persistent_menu
  return ok({
    data: [
      {
        user_level_persistent_menu: menu,
        ...(own === undefined ? {} : { page_level_persistent_menu: own }),
      },
    ],
  })
}

/** Remove it; the Page's own shows again. */
export const removePersonMenu: Handler = (call) => {
  const person = findPerson(call)
  if (!person.ok) return person
  if (isOverLimit(call, person.value)) return refuse(GRAPH_ERRORS.rate)
  call.emulator.people.change(person.value.psid, { menu: null })
  call.emulator.live.profileChanged()
  return ok({ result: "success" })
}
