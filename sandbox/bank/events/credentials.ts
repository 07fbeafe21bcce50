// What the bank was given by the gateway's operator: its bearer key and the secret of its webhooks. In development the bank asks the admin
// API itself, the first time it needs one, and keeps what it was shown. Nothing here is worth hiding.

import type { Env, Origins } from "../env.ts"
import { storeOf } from "../env.ts"

const ADMIN_KEY = "dev-admin-key"
const BANK = "demo"

export type Credentials = { readonly bearer: string; readonly webhookSecret: string }

/** The bank's credentials; asked for where there are none.
 * @param anew the ones it has were refused: the gateway has forgotten them */
export async function credentialsOf(env: Env, origins: Origins, anew = false): Promise<Credentials> {
  const kept = anew ? null : await storeOf(env).credentials()
  if (kept !== null) return JSON.parse(kept) as Credentials
  const { key } = await ask<{ key: string }>(origins, "api-keys", { name: "practice bank" })
  const { secret } = await ask<{ secret: string }>(origins, "webhook-secrets", {})
  const made: Credentials = { bearer: key, webhookSecret: secret }
  await storeOf(env).keepCredentials(JSON.stringify(made))
  return made
}

async function ask<Answer>(origins: Origins, what: string, body: object): Promise<Answer> {
  const response = await fetch(`${origins.gateway}/admin/v1/banks/${BANK}/${what}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ ...body, reason: "the practice bank" }),
    redirect: "manual",
  })
  if (!response.ok) throw new Error(`the gateway gave no ${what}: ${response.status}`)
  return (await response.json()) as Answer
}
