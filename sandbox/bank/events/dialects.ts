// The same events in the dialects other banks speak: single and many tokens, Standard Webhooks, UK Open Banking, FDX. Written from the
// standards; each is posted to its own address of the gateway. Used by post.ts.

import type { Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { credentialsOf } from "./credentials.ts"
import { signToken, signWebhook } from "./tokens.ts"
import type { CloudEvent } from "./wire.ts"

export type Dialect = "set" | "sets" | "standard-webhooks" | "obie" | "fdx"

/** A request that is ready to send. */
export type Ready = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Given = {
  readonly env: Env
  readonly origins: Origins
  readonly events: readonly CloudEvent[]
  /** seconds */
  readonly created: number
  /** the credentials before were refused */
  readonly anew: boolean
}

const CLIENT_ID = "tellerline"
const OB = "http://openbanking.org.uk"

/** How each dialect says events; those that take one take the first. */
export const DIALECTS: Readonly<Record<Dialect, (given: Given) => Promise<Ready>>> = {
  async set(given) {
    const [event] = given.events
    return {
      path: "/events",
      headers: { "content-type": "application/secevent+jwt", accept: "application/json" },
      body: event ? await tokenOf(given, event) : "",
    }
  },

  async sets(given) {
    const { bearer } = await credentialsOf(given.env, given.origins, given.anew)
    const sets: Record<string, string> = {}
    for (const event of given.events) sets[event.id] = await tokenOf(given, event)
    return {
      path: "/event-sets",
      headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ sets }),
    }
  },

  async "standard-webhooks"(given) {
    const { webhookSecret } = await credentialsOf(given.env, given.origins, given.anew)
    const [event] = given.events
    const body = JSON.stringify({
      type: event?.type,
      timestamp: event?.time,
      subject: event?.subject,
      data: event?.data,
    })
    const signed = await signWebhook(webhookSecret, {
      id: event?.id ?? "",
      timestamp: given.created,
      body,
    })
    return { path: "/webhooks", headers: { "content-type": "application/json", ...signed }, body }
  },

  async obie(given) {
    const [event] = given.events
    const revoked = event?.type === "bank.consent.revoked.v1"
    const account = accountIn(event)
    const { fdx, issuer } = addressesOf(given.origins)
    const link = `${fdx}/accounts/${account}`
    const subject = {
      subject_type: `${OB}/rid_${OB}/rty`,
      [`${OB}/rid`]: revoked ? consentIn(event) : account,
      [`${OB}/rty`]: revoked ? "account-access-consent" : "account",
      [`${OB}/rlk`]: [{ version: "v4.0", link }],
    }
    const name = revoked ? "consent-authorization-revoked" : "resource-update"
    const claims = {
      iss: issuer,
      aud: CLIENT_ID,
      iat: given.created,
      toe: secondsOf(event?.time),
      jti: event?.id,
      txn: crypto.randomUUID(),
      sub: link,
      sub_id: { format: "opaque", id: event?.subject },
      events: { [`urn:uk:org:openbanking:events:${name}`]: { subject } },
    }
    const key = await storeOf(given.env).openBankingKey()
    return {
      path: "/open-banking/v4.0/event-notifications",
      headers: {
        "content-type": "application/jwt",
        "x-fapi-interaction-id": crypto.randomUUID(),
      },
      body: await signToken(JSON.parse(key) as JsonWebKey & { kid: string }, "PS256", claims),
    }
  },

  async fdx(given) {
    const { bearer } = await credentialsOf(given.env, given.origins, given.anew)
    const [event] = given.events
    const account = accountIn(event)
    const body = JSON.stringify({
      notificationId: event?.id,
      ...fdxNames(event?.type ?? ""),
      sentOn: event?.time,
      severity: "INFO",
      notificationPayload: {
        id: event?.subject,
        idType: "CUSTOMER",
        ...(account === "" ? {} : { customFields: { name: "accountId", value: account } }),
      },
    })
    return {
      path: "/fdx/v6/notifications",
      headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
      body,
    }
  },
}

/** A Security Event Token of one event (RFC 8417). */
async function tokenOf({ env, origins, created }: Given, event: CloudEvent): Promise<string> {
  const { events: key } = await storeOf(env).keys()
  const claims = {
    iss: event.source,
    aud: addressesOf(origins).gatewayBank,
    iat: created,
    toe: secondsOf(event.time),
    jti: event.id,
    sub_id: { format: "opaque", id: event.subject },
    events: { [`urn:tellerline:event:${event.type}`]: event.data },
  }
  return signToken(key, "ES256", claims, { typ: "secevent+jwt" })
}

const secondsOf = (time: string | undefined): number => Math.floor(Date.parse(time ?? "") / 1_000)

const accountIn = (event: CloudEvent | undefined): string =>
  String((event?.data as { readonly account?: unknown } | undefined)?.account ?? "")

const consentIn = (event: CloudEvent | undefined): string =>
  String((event?.data as { readonly consent_id?: unknown } | undefined)?.consent_id ?? "")

/** FDX has no type for a payment: new data is all it can say. */
function fdxNames(type: string): { readonly type: string; readonly category: string } {
  if (type.startsWith("bank.balance.")) return { type: "BALANCE", category: "NEW_DATA" }
  if (type === "bank.consent.revoked.v1") return { type: "CONSENT_REVOKED", category: "CONSENT" }
  return { type: "CUSTOM", category: "NEW_DATA" }
}
