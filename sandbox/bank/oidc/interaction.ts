// What a login in progress is, read from and written to oidc-provider's Interaction. The pages ask here; they
// never touch the provider. The cookie's `.sig` is not checked: the id alone has 126 random bits.

import type { Provider } from "oidc-provider"
import type { Account } from "../seed/customers.ts"
import { findCustomer } from "../seed/customers.ts"
import type { Action } from "./details.ts"
import { ACTIONS, consentedAccount } from "./details.ts"
import { CONSENT_PARAMETER } from "./provider.ts"
import type { Server } from "./servers.ts"
import { serverAt, SERVERS } from "./servers.ts"

export type Interaction = InstanceType<Provider["Interaction"]>

/** Between the steps: who gave the right password, and how often something wrong was typed. */
export type Progress = { readonly first?: string; readonly wrong: number }

/** After this many wrong passwords, or wrong codes, the client is told `access_denied`. */
export const TRIES = { password: 5, factor: 3 } as const

const epochSeconds = () => Math.floor(Date.now() / 1000)

export async function findInteraction(provider: Provider, cookie: string | undefined, uid: string) {
  if (cookie === undefined || cookie !== uid) return undefined
  return provider.Interaction.find(cookie)
}

/** The server a login belongs to, by where it goes on. */
export const serverOf = (interaction: Interaction): Server =>
  serverAt(new URL(interaction.returnTo).pathname) ?? "fapi2"

/** The consent resource this login is for, as the request names it. */
export function consentIdOf(interaction: Interaction): string | undefined {
  const { claims, [CONSENT_PARAMETER]: named } = interaction.params as Readonly<Record<string, unknown>>
  if (typeof named === "string") return named
  if (typeof claims !== "string") return undefined
  const { id_token: wanted } = JSON.parse(claims) as {
    id_token?: { openbanking_intent_id?: { value?: string } }
  }
  return wanted?.openbanking_intent_id?.value
}

export function progressOf(interaction: Interaction): Progress {
  const result = interaction.result as { progress?: Progress } | undefined
  return result?.progress ?? { wrong: 0 }
}

export const saveProgress = (interaction: Interaction, progress: Progress) => save(interaction, { progress })

/** The client asks who sits there and for nothing else: there is nothing to allow. */
export const asksIdentityOnly = (interaction: Interaction) => interaction.params["scope"] === "openid"

/** Both factors were right. Returns where the browser goes on. */
export async function finishLogin(
  provider: Provider,
  interaction: Interaction,
  reference: string,
): Promise<string> {
  const identity = asksIdentityOnly(interaction)
    ? { consent: { grantId: await identityGrant(provider, interaction, reference) } }
    : {}
  await save(interaction, {
    ...identity,
    login: {
      accountId: reference,
      acr: SERVERS[serverOf(interaction)].acr,
      amr: ["pwd", "otp"],
      ts: epochSeconds(),
    },
  })
  return interaction.returnTo
}

/** A grant of its own that opens no account; it stands beside those that do. */
async function identityGrant(
  provider: Provider,
  interaction: Interaction,
  accountId: string,
): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: String(interaction.params.client_id) })
  grant.addOIDCScope("openid")
  return grant.save()
}

/** The bank or the customer says no; the client hears `access_denied` with these words. */
export async function refuse(interaction: Interaction, description: string): Promise<string> {
  await save(interaction, { error: "access_denied", error_description: description })
  return interaction.returnTo
}

/** The customer allowed these accounts: make the grant, each detail enriched with them.
 * @returns where the browser goes on, and the grant */
export async function finishConsent(
  provider: Provider,
  interaction: Interaction,
  accounts: readonly Account[],
): Promise<{ readonly returnTo: string; readonly grantId: string }> {
  const accountId = interaction.session?.accountId
  if (accountId === undefined) throw new Error("Cannot make a grant: nobody is logged in")
  const grant = new provider.Grant({ accountId, clientId: String(interaction.params.client_id) })
  grant.addOIDCScope("openid offline_access")
  for (const [resource, scopes] of Object.entries(missingScopes(interaction)))
    grant.addResourceScope(resource, scopes.join(" "))
  for (const detail of detailsOf(interaction))
    grant.addRar({ ...detail, accounts: accounts.map(consentedAccount) })
  grant.addOIDCClaims(
    (interaction.prompt.details as { missingOIDCClaims?: string[] }).missingOIDCClaims ?? [],
  )
  const grantId = await grant.save()
  // The login of this connection goes on with the consent: a client that asks for `prompt=login` is answered once, not for ever.
  await save(interaction, { ...interaction.lastSubmission, consent: { grantId } })
  return { returnTo: interaction.returnTo, grantId }
}

/** The customer who is logged in, at the consent step. */
export const customerOf = (interaction: Interaction) => findCustomer(interaction.session?.accountId ?? "")

/** Everything the client asks to do, over all its details; where it asks by scope or consent, all of it. */
export function actionsOf(interaction: Interaction): readonly Action[] {
  if (detailsOf(interaction).length === 0) return ACTIONS
  const asked = new Set(detailsOf(interaction).flatMap((detail) => detail.actions ?? []))
  return ACTIONS.filter((action) => asked.has(action))
}

type Detail = { readonly type: string; readonly actions?: readonly string[] }

const detailsOf = (interaction: Interaction) =>
  ((interaction.prompt.details as { rar?: Detail[] }).rar ?? []) as readonly Detail[]

const missingScopes = (interaction: Interaction) =>
  ((interaction.prompt.details as { missingResourceScopes?: Record<string, string[]> })
    .missingResourceScopes ?? {}) as Readonly<Record<string, readonly string[]>>

async function save(interaction: Interaction, result: Readonly<Record<string, unknown>>): Promise<void> {
  interaction.result = result as NonNullable<Interaction["result"]>
  await interaction.save(Math.max(1, interaction.exp - epochSeconds()))
}
