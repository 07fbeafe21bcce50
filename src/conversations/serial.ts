// Steps that wait for each other: one begins when the one before has ended, however it ended. Used by person.ts for its turns.

/** A chain of its own. The step's own result or fault is what its caller gets. */
export function createSerial(): <T>(step: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve()
  return <T>(step: () => Promise<T>) => {
    const run = tail.then(step, step)
    tail = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }
}
