// Keys a bank of a test signs with, whatever it signs: requests (bank-signer.ts), tokens (set-signer.ts). Runs in Node and in workerd.
// Not for src/.

/** What WebCrypto calls each algorithm of JOSE. @see RFC 7518, 3.1 */
export const ALGORITHMS = {
  ES256: { create: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
  EdDSA: { create: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  PS256: { create: rsa("SHA-256"), sign: { name: "RSA-PSS", saltLength: 32 } },
  PS512: { create: rsa("SHA-512"), sign: { name: "RSA-PSS", saltLength: 64 } },
} as const

/** A key pair; `jwk` is its public half as a bank publishes it. */
export interface SigningKey<Alg extends keyof typeof ALGORITHMS> {
  readonly kid: string
  readonly alg: Alg
  readonly pair: CryptoKeyPair
  readonly jwk: Readonly<Record<string, unknown>>
}

/** A fresh one. */
export async function createSigningKey<Alg extends keyof typeof ALGORITHMS>(
  kid: string,
  alg: Alg,
): Promise<SigningKey<Alg>> {
  const pair = (await crypto.subtle.generateKey(ALGORITHMS[alg].create, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair
  const exported = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as unknown as Record<
    string,
    unknown
  >
  const { kty, crv, x, y, n, e } = exported
  const jwk = JSON.parse(
    JSON.stringify({ kty, crv, x, y, n, e, kid, use: "sig", alg }),
  ) as SigningKey<Alg>["jwk"]
  return { kid, alg, pair, jwk }
}

function rsa(hash: string) {
  return { name: "RSA-PSS", modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]), hash }
}
