// The five thread control edges and thread_owner, as our app calls them. Source: messenger-platform.md 7.2.

import { APP_ID } from "../development.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { Person } from "../people/person-store.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import { changeControl } from "./controlling.ts"
import { controlOf } from "./control-state.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import type { ControlCall } from "./thread-control.ts"
import { seesOwner } from "./thread-control.ts"

const METADATA_MAX = 1000

/** `pass_thread_control`. */
export const passControl: Handler = edge((values) => ({
  kind: "pass",
  target: String(values.target_app_id ?? ""),
}))

/** `take_thread_control`. */
export const takeControl: Handler = edge(() => ({ kind: "take" }))

/** `request_thread_control`. */
export const requestControl: Handler = edge(() => ({ kind: "request" }))

/** `release_thread_control`. */
export const releaseControl: Handler = edge(() => ({ kind: "release" }))

/** `extend_thread_control`. */
export const extendControl: Handler = edge((values) => ({
  kind: "extend",
  seconds: Number(values.duration ?? Number.NaN),
}))

function edge(read: (values: JsonObject) => ControlCall): Handler {
  return (call) => {
    const { emulator, values } = call
    const person = findPerson(call, isObject(values.recipient) ? values.recipient.id : undefined)
    if (!person.ok) return person
    const metadata = textOf(values, "metadata")
    if (metadata !== undefined && metadata.length > METADATA_MAX)
      return refuse(
        invalidParameter(`Length of param metadata must be less than or equal to ${METADATA_MAX}`),
      )
    return changeControl(emulator, person.value, APP_ID, read(values), metadata)
  }
}

/** `thread_owner`: told to the owner and the default app, a mystery to others. */
export const readOwner: Handler = (call) => {
  const { emulator, values } = call
  const person = findPerson(call, values.recipient)
  if (!person.ok) return person
  const control = controlOf(emulator, person.value)
  const held = emulator.threads.find(person.value.psid, emulator.clock.now())
  if (held === undefined) return ok({ data: [] })
  const expiration = Math.floor(held.expiresAt / 1000)
  const owner = seesOwner(control, APP_ID) ? { app_id: held.owner, expiration } : { expiration }
  return ok({ data: [{ thread_owner: owner }] })
}

function findPerson({ emulator, page }: Call, id: unknown): Result<Person, GraphError> {
  const person = typeof id === "string" ? emulator.people.find(id) : undefined
  return person === undefined || person.pageId !== page.id ? refuse(GRAPH_ERRORS.noUser) : ok(person)
}
