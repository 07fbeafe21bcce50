// A value that must not be printed. Logging it, joining it into a string or turning it into JSON shows `[secret]`;
// the one way to its content is to ask for it by name.

/** A secret text. `reveal()` is the only way in, so that every use can be found by searching for it. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for the call that needs it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return "[secret]"
  }

  toJSON(): string {
    return "[secret]"
  }
}
