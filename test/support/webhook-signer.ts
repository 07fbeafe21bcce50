// A small bank that signs its webhooks, for tests: Standard Webhooks 1.0.0 by hand, HMAC (`v1`) and Ed25519 (`v1a`). Not for src/.
import { NOW } from "./intake.ts"

/** The specification's own example secret. */
export const WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/** A secret and a key pair. */
export interface WebhookPair {
  readonly secret: Uint8Array<ArrayBuffer>
  readonly pair: CryptoKeyPair
  /** `whpk_…` */
  readonly publicKey: string
}

export async function webhookPair(): Promise<WebhookPair> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair
  const raw = new Uint8Array((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer)
  return {
    secret: crypto.getRandomValues(new Uint8Array(32)),
    pair,
    publicKey: `whpk_${raw.toBase64()}`,
  }
}

/** A posted payment as a webhook's payload. */
export function webhookBody(changes: Readonly<Record<string, unknown>> = {}): Uint8Array<ArrayBuffer> {
  const payload = {
    type: "bank.transaction.posted.v1",
    timestamp: new Date(NOW - 5_000).toISOString(),
    subject: "Kx7Qm2vX9kLtB4wZ8pR5nYdA",
    data: {
      account: "acc_1",
      transaction: {
        id: "txn_1",
        amount: { value: "249.99", currency: "USD" },
        direction: "out",
        occurred_at: new Date(NOW - 5_000).toISOString(),
        merchant: { name: "ELECTRO MART" },
      },
    },
    ...changes,
  }
  return new TextEncoder().encode(JSON.stringify(payload)) as Uint8Array<ArrayBuffer>
}

/** The three headers. */
export async function signWebhook(
  version: "v1" | "v1a",
  key: Pick<WebhookPair, "secret" | "pair">,
  body: Uint8Array<ArrayBuffer>,
  { id = "evt_1", at = NOW }: { readonly id?: string; readonly at?: number } = {},
): Promise<Record<string, string>> {
  const timestamp = String(at / 1_000)
  const head = new TextEncoder().encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  const bytes =
    version === "v1"
      ? await crypto.subtle.sign(
          "HMAC",
          await crypto.subtle.importKey("raw", key.secret, { name: "HMAC", hash: "SHA-256" }, false, [
            "sign",
          ]),
          signed,
        )
      : await crypto.subtle.sign({ name: "Ed25519" }, key.pair.privateKey, signed)
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `${version},${new Uint8Array(bytes).toBase64()}`,
  }
}
