// One run at a time of something that may be asked for at any moment. Whoever asks while it runs shares the run, which then makes
// a further round: nothing that was put down before the asking is missed.

/** A run that is shared. */
export class SingleRun {
  #running: Promise<void> | undefined
  #again = false

  /** Run `round` until nobody has asked since it began. A throw ends the run for all who share it. */
  ask(round: () => Promise<void>): Promise<void> {
    this.#again = true
    this.#running ??= this.#run(round)
    return this.#running
  }

  async #run(round: () => Promise<void>): Promise<void> {
    // The run is known to `ask` before its first round, and forgotten in the step that ends it: no moment lies between.
    await Promise.resolve()
    try {
      while (this.#again) {
        this.#again = false
        await round()
      }
    } finally {
      this.#running = undefined
    }
  }
}
