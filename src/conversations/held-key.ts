// A person's key as everybody in a Conversation holds it: the same thing while the key behind it is put in the place of another
// (rekeying.ts), so that nobody goes on sealing under the one before. Made by memory.ts.

import type { OpenRefusal } from "../crypto/seal.ts"
import type { Result } from "../foundation/result.ts"
import type { InnerKey } from "../vault/vault.ts"

/** A key others hold on to while it is replaced: they seal under whatever it is then. */
export class HeldKey implements InnerKey {
  #key: InnerKey

  constructor(key: InnerKey) {
    this.#key = key
  }

  become(key: InnerKey): void {
    this.#key = key
  }

  seal(text: string, place: string): Promise<string> {
    return this.#key.seal(text, place)
  }

  open(sealed: string, place: string): Promise<Result<string, OpenRefusal>> {
    return this.#key.open(sealed, place)
  }
}
