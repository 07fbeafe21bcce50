// Who calls: a Page by its token, or the app by its id and secret. Checks the proof where one is given or demanded.
// Source: reference/messenger-platform.md 4.9.

import { APP_ID, APP_SECRET } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { appSecretProof } from "../webhooks/signature.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, findGraphError, invalidParameter } from "./graph-error.ts"
import type { Page } from "./page-store.ts"

/** Who a token speaks for. */
export type Caller = { readonly kind: "app" } | { readonly kind: "page"; readonly page: Page }

/** What debug_token and app-level calls are made with. */
export const APP_TOKEN = `${APP_ID}|${APP_SECRET}`

const PROOF_LIFE_SECONDS = 300

/** Judge the token of a call.
 * @returns refusal 2500 without one, 190 for a dead or unknown one, 100 for a missing or wrong proof */
export async function authenticate(
  emulator: Emulator,
  token: string | undefined,
  values: JsonObject,
): Promise<Result<Caller, GraphError>> {
  if (token === undefined || token === "") return refuse(GRAPH_ERRORS.noToken)
  if (token === APP_TOKEN) return ok({ kind: "app" })
  const page = emulator.pages.findByToken(token)
  if (page === undefined) return refuse(GRAPH_ERRORS.token)
  const { tokenError, requireProof } = emulator.standings.of(page.id)
  if (tokenError !== null) return refuse(findGraphError(190, tokenError) ?? GRAPH_ERRORS.token)
  const refusal = await checkProof(token, values, requireProof)
  return refusal === undefined ? ok({ kind: "page", page }) : refuse(refusal)
}

/** The proof stands on the real clock: it is signed, not remembered. */
async function checkProof(
  token: string,
  values: JsonObject,
  required: boolean,
): Promise<GraphError | undefined> {
  const proof = textOf(values, "appsecret_proof")
  if (proof === undefined) {
    return required
      ? invalidParameter("API calls from the server require an appsecret_proof argument")
      : undefined
  }
  const time = values.appsecret_time
  const isTimed = typeof time === "string" || typeof time === "number"
  const isFresh = !isTimed || Math.abs(Date.now() / 1000 - Number(time)) <= PROOF_LIFE_SECONDS
  const right = await appSecretProof(APP_SECRET, isTimed ? `${token}|${time}` : token)
  return isFresh && proof === right
    ? undefined
    : invalidParameter("Invalid appsecret_proof provided in the API argument")
}
