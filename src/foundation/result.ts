// A refusal or an outage is returned, never thrown: this is the shape it is returned in.
// No combinators: each step is one call and one `if (!step.ok) return step`.

/** Either a value, or the reason there is none. */
export type Result<T, E> = Ok<T> | Err<E>

/** A step that went well. */
export interface Ok<T> {
  readonly ok: true
  readonly value: T
}

/** A step that did not: `error` is a tagged union of the room that refused. */
export interface Err<E> {
  readonly ok: false
  readonly error: E
}

/** Wrap a value. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value }
}

/** Wrap a reason. */
export function err<E>(error: E): Err<E> {
  return { ok: false, error }
}
