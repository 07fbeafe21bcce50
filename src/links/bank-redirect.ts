// What the bank's redirect says, judged before anything is exchanged: its issuer first, then the attempt, then the bank's word.
// Reads no token. Used by bank-login.ts.

import * as oauth from "oauth4webapi"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankClient } from "./bank-client.ts"
import { outageOf, registeredWord } from "./bank-http.ts"
import { answersSigned } from "./bank-profile.ts"
import type { LoginRefusal } from "./bank-refusal.ts"
import { withLoginKeys } from "./login-keys.ts"

/** Errors by which a bank says that nobody was logged in to its satisfaction. */
const DENIALS = ["access_denied", "login_required", "consent_required", "interaction_required"]
const FACTOR_ERRORS = ["unmet_authentication_requirements", "account_selection_required"]

/** Judge the redirect's parameters.
 * A signed one names its issuer inside the signature. A plain one carries `iss` where the bank promises it; where it does not, the
 * redirect URI was this bank's own, and an `iss` that is there all the same must be right. @see RFC 9207, 2.4; JARM, 2.4 */
export async function judgeRedirect(
  of: BankClient,
  answer: URLSearchParams,
  state: string,
): Promise<Result<URLSearchParams, LoginRefusal>> {
  const { bank, server, client, http } = of
  const signed = answersSigned(bank, server)
  const promised = server.authorization_response_iss_parameter_supported === true
  if (!signed && (promised || answer.has("iss")) && answer.get("iss") !== server.issuer)
    return err({ reason: "issuer_mismatch" })
  // Which attempt a signed answer belongs to is known once it is opened.
  const expected = signed ? oauth.skipStateCheck : state
  if (!signed && answer.get("state") !== state) return err({ reason: "state_mismatch" })
  try {
    const said = signed
      ? await withLoginKeys(server, (keyed) =>
          oauth.validateJwtAuthResponse(keyed, client, answer, expected, http),
        )
      : oauth.validateAuthResponse(server, client, answer, expected)
    return said.get("state") === state ? ok(said) : err({ reason: "state_mismatch" })
  } catch (fault) {
    if (!(fault instanceof oauth.AuthorizationResponseError)) return err(redirectRefusal(fault))
    if (fault.cause.get("state") !== state) return err({ reason: "state_mismatch" })
    if (FACTOR_ERRORS.includes(fault.error)) return err({ reason: "second_factor_missing" })
    if (DENIALS.includes(fault.error)) return err({ reason: "denied" })
    return err({ reason: "bank_refused", code: registeredWord(fault.error) })
  }
}

function redirectRefusal(fault: unknown): LoginRefusal {
  const outage = outageOf(fault)
  if (!outage) throw fault
  if (outage.code === oauth.JWT_CLAIM_COMPARISON && isAboutIssuer(fault)) return { reason: "issuer_mismatch" }
  return outage.reason === "refused" || outage.reason === "malformed"
    ? { reason: "answer_refused", code: outage.code ?? "other" }
    : { reason: "bank_unreachable", outage }
}

function isAboutIssuer(fault: unknown): boolean {
  const { cause } = fault as { readonly cause?: { readonly claim?: unknown } }
  return cause?.claim === "iss"
}
