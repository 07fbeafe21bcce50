// What one Conversation has in memory of its person: who they are to us, their key, their state; and how these are opened.
// Opening stands outside the turn chain, so that an alert that brings the wrapped key waits neither for D1 nor for a turn.

import { findLanguage } from "../phrases/catalogue.ts"
import { succeed, type InnerKey } from "../vault/vault.ts"
import { findErasedAt } from "./erasing.ts"
import { HeldKey } from "./held-key.ts"
import { newestInInbox } from "./inbox.ts"
import type { PersonWorld, Shelf, Whom } from "./person-world.ts"
import { personKeyPlace, statePlace } from "./place.ts"
import { createState, parseState, type State } from "./state.ts"
import { findSealedState, findWhom, putWhom } from "./storage.ts"

/** What is there once the state is open. */
interface Opened {
  readonly key: HeldKey
  readonly state: State
}

/** One person as the object remembers them. */
export class Memory {
  readonly #world: PersonWorld
  #whom: Whom | undefined
  #opened: Opened | undefined
  #opening: Promise<void> | undefined

  constructor(world: PersonWorld) {
    this.#world = world
    this.#whom = findWhom(world.sql)
  }

  get whom(): Whom | undefined {
    return this.#whom
  }

  get key(): InnerKey | undefined {
    return this.#opened?.key
  }

  get state(): State | undefined {
    return this.#opened?.state
  }

  /** Whom it is for, their key and state. @throws Error where the state is not open: a fault of ours */
  get all(): Opened & { readonly whom: Whom } {
    if (!this.#opened || !this.#whom) throw new Error("Cannot act for a person whose state is not open")
    return { ...this.#opened, whom: this.#whom }
  }

  /** The object's own name is a pseudonym and does not tell Page and bank: they are stored once. */
  meet(whom: Whom): void {
    if (this.#whom) return
    putWhom(this.#world.sql, whom, this.#world.now())
    this.#whom = whom
  }

  /** Remember what has just been stored. */
  put(state: State): void {
    this.#opened = { key: this.all.key, state }
  }

  /** The person has another key: what is sealed from now on is sealed under it. */
  rekey(key: InnerKey): void {
    this.#opened?.key.become(key)
  }

  /** Open what is stored, or begin with a psid where nothing is; without either nothing happens.
   * @throws DatabaseError, Unready; Error where a key or the state does not open */
  async load(from: { readonly shelf?: Shelf; readonly psid?: string } = {}): Promise<void> {
    const sealed = findSealedState(this.#world.sql)
    const whom = this.#whom
    if (this.#opened || !whom || (sealed === undefined && from.psid === undefined)) return
    if (from.shelf) return this.#open(whom, sealed, from)
    this.#opening ??= this.#open(whom, sealed, from).finally(() => {
      this.#opening = undefined
    })
    await this.#opening
  }

  async #open(
    whom: Whom,
    sealed: string | undefined,
    from: { readonly shelf?: Shelf; readonly psid?: string },
  ): Promise<void> {
    const { loadWrappedKey } = this.#world
    // What was sealed under a key that is gone stays shut: whoever writes then is somebody new, and nobody else is.
    const make = from.psid !== undefined
    const known = from.shelf?.wrappedKey ?? (await loadWrappedKey(whom, make && sealed === undefined))
    if (known === undefined && !make) return
    const wrapped = known ?? (await loadWrappedKey(whom, true))
    if (wrapped === undefined) throw new Error("Cannot make a person's key")
    const key = await this.#openKey(whom, wrapped)
    const opened =
      sealed === undefined || known === undefined
        ? { key, state: await this.#begin(whom, from.psid ?? "", sealed !== undefined) }
        : await this.#openState(whom, key, sealed)
    // Two may open at once; what the first has put here may have changed since.
    this.#opened ??= { key: new HeldKey(opened.key), state: opened.state }
  }

  async #openState(
    whom: Whom,
    first: InnerKey,
    sealed: string,
  ): Promise<{ readonly key: InnerKey; readonly state: State }> {
    let key = first
    let text = await key.open(sealed, statePlace(whom))
    // The person was given another key: fan-out brought the one before, or what is here still lies under that.
    const keys = text.ok ? undefined : await this.#world.loadKeys(whom)
    if (keys) {
      key = await this.#openKey(whom, keys.wrappedKey)
      if (keys.formerWrappedKey !== null) key = succeed(key, await this.#openKey(whom, keys.formerWrappedKey))
      text = await key.open(sealed, statePlace(whom))
    }
    if (!text.ok) throw new Error(`Cannot open a person's state: ${text.error.reason}`)
    return { key, state: parseState(text.value) }
  }

  async #openKey(whom: Whom, wrapped: string): Promise<InnerKey> {
    const key = await this.#world.vault.openKey(wrapped, personKeyPlace(whom))
    if (!key.ok) throw new Error(`Cannot open a person's key: ${key.error.reason}`)
    return key.value
  }

  /** What is not there any more is rebuilt from the record: until then there is no grant, and since when it is live
   * nobody knows.
   * @param again somebody was here whose key is gone: what they wrote before the newest event is not answered once more */
  async #begin(whom: Whom, psid: string, again: boolean): Promise<State> {
    const { languages } = await this.#world.loadBankFacts(whom.bank, whom.page)
    const language = languages.map(findLanguage).find((each) => each !== undefined) ?? "en"
    const rebuilt = await this.#world.links.rebuild(whom)
    // A directory that was put back may still have what went with an erasure here.
    const erasedAt = findErasedAt(this.#world.sql) ?? -Infinity
    const consent = rebuilt && rebuilt.givenAt > erasedAt ? rebuilt : undefined
    const turnedThrough = again ? newestInInbox(this.#world.sql) - 1 : 0
    const created = createState({ page: whom.page, bank: whom.bank, psid, language })
    return { ...created, turnedThrough, ...(consent ? { consent, newSince: this.#world.now() } : {}) }
  }
}
