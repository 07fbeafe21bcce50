// Conversation Routing: who may speak in a thread, who hears it as a bystander, and who may hand it to whom. Pure.
// A thread is idle (its default app answers) or held by one app until 24 hours pass without a word.
// Source: reference/messenger-platform.md 7. Where it is silent: speaking in an idle thread does not take it.

import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { isKnownApp } from "./apps.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"

/** How long control lasts without activity. */
export const CONTROL_MS = 24 * 3_600_000

/** The longest `extend_thread_control`. */
export const EXTENSION_MAX_SECONDS = 7 * 86_400

/** How a thread stands. */
export type Control = {
  /** undefined: idle */
  readonly owner: string | undefined
  readonly defaultApp: string | null
}

/** What an app asks for. */
export type ControlCall =
  | { readonly kind: "pass"; readonly target: string }
  | { readonly kind: "take" | "request" | "release" }
  | { readonly kind: "extend"; readonly seconds: number }

/** What is to be done. `owner: undefined` makes the thread idle. */
export type ControlChange =
  | { readonly kind: "own"; readonly owner: string | undefined; readonly seconds?: number }
  /** `asked`: the app that hears of the request, if any does */
  | { readonly kind: "ask"; readonly asked: string | undefined }

/** True when that app may send now. Without a default app everybody may, until somebody holds the thread. */
export function maySend({ owner, defaultApp }: Control, app: string): boolean {
  return owner === undefined ? defaultApp === null || defaultApp === app : owner === app
}

/** True when that app only overhears: events reach it as `standby`. */
export const isBystander = (control: Control, app: string): boolean => !maySend(control, app)

/** True when `thread_owner` tells that app who holds the thread. */
export const seesOwner = ({ owner, defaultApp }: Control, app: string): boolean =>
  owner === app || defaultApp === app

/** Decide one call of an app.
 * @returns refusal 100/2534037 where the state forbids it, 100/2018164 for a target that is no app, 10/2018300 where
 * another app holds the thread */
export function decideControl(
  control: Control,
  app: string,
  call: ControlCall,
): Result<ControlChange, GraphError> {
  const { owner, defaultApp } = control
  switch (call.kind) {
    case "pass":
      if (!isKnownApp(call.target)) return refuse(GRAPH_ERRORS.targetApp)
      if (!maySend(control, app)) return refuse(GRAPH_ERRORS.threadControl)
      return ok({ kind: "own", owner: call.target })
    case "take":
      return defaultApp === app ? ok({ kind: "own", owner: app }) : refuse(GRAPH_ERRORS.threadState)
    case "request":
      return ok({ kind: "ask", asked: owner ?? defaultApp ?? undefined })
    case "release":
      return owner === app ? ok({ kind: "own", owner: undefined }) : refuse(GRAPH_ERRORS.threadState)
    case "extend":
      if (!Number.isInteger(call.seconds) || call.seconds < 1 || call.seconds > EXTENSION_MAX_SECONDS) {
        return refuse(invalidParameter(`Param duration must be between 1 and ${EXTENSION_MAX_SECONDS}`))
      }
      return owner === app
        ? ok({ kind: "own", owner: app, seconds: call.seconds })
        : refuse(GRAPH_ERRORS.threadState)
  }
}
