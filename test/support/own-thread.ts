// AES-GCM and SHA-256 of WebCrypto by Node's synchronous functions: the same bytes in and out, without the hop to another thread that Node
// makes for each call. A simulation makes some hundred calls a life and there are thousands of lives. Anything else goes its usual way.
// Composed by person-world.ts; what WebCrypto itself answers is for test/pure/crypto and the tests in workerd.
import { createCipheriv, createDecipheriv, hash, KeyObject, type webcrypto } from "node:crypto"

const TAG_BYTES = 16

type Act = (
  algorithm: webcrypto.AesGcmParams,
  key: webcrypto.CryptoKey,
  data: BufferSource,
) => Promise<ArrayBuffer>

/** Replace `encrypt`, `decrypt` and `digest` of this process.
 * @param around each digest passes through it
 * @returns how to put them back */
export function cryptoInOwnThread(
  around: (digest: () => Promise<ArrayBuffer>) => Promise<ArrayBuffer>,
): () => void {
  const keys = new WeakMap<webcrypto.CryptoKey, KeyObject>()
  const keyOf = (key: webcrypto.CryptoKey): KeyObject => {
    const made = keys.get(key) ?? KeyObject.from(key)
    keys.set(key, made)
    return made
  }
  replace("encrypt", async (algorithm, key, data) => {
    const cipher = createCipheriv("aes-256-gcm", keyOf(key), algorithm.iv as Uint8Array)
    cipher.setAAD(algorithm.additionalData as Uint8Array)
    return own(Buffer.concat([cipher.update(data as Uint8Array), cipher.final(), cipher.getAuthTag()]))
  })
  replace("decrypt", async (algorithm, key, data) => {
    const sealed = data as Uint8Array
    const cipher = createDecipheriv("aes-256-gcm", keyOf(key), algorithm.iv as Uint8Array)
    cipher.setAAD(algorithm.additionalData as Uint8Array)
    cipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
    // `final` throws where the tag is another's, as WebCrypto rejects.
    return own(Buffer.concat([cipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), cipher.final()]))
  })
  define("digest", (algorithm: string, data: BufferSource) =>
    around(async () => {
      if (algorithm !== "SHA-256") return SubtleCrypto.prototype.digest.call(crypto.subtle, algorithm, data)
      await nextTurn()
      return own(hash("sha256", data as Uint8Array, "buffer"))
    }),
  )
  return () => {
    for (const name of ["encrypt", "decrypt", "digest"] as const)
      delete (crypto.subtle as Partial<Record<typeof name, unknown>>)[name]
  }
}

function replace(name: "encrypt" | "decrypt", act: Act): void {
  const usual = SubtleCrypto.prototype[name]
  define(name, async (...given: Parameters<Act>) => {
    if (given[1].algorithm.name !== "AES-GCM") return usual.apply(crypto.subtle, given)
    await nextTurn()
    return act(...given)
  })
}

function define(name: keyof SubtleCrypto, value: unknown): void {
  Object.defineProperty(crypto.subtle, name, { configurable: true, value })
}

/** As WebCrypto: never in the turn of the event loop it was asked in, so that what goes on beside it does. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A buffer of its own: small ones share a pool. */
function own(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer
}
