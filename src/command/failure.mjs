// How the command says that something did not work: one sentence and an exit code.

/** A failure whose sentence is for the person at the terminal. */
export class Failure extends Error {
  /**
   * @param {string} message one sentence, no secret in it
   * @param {1 | 2 | 3} exitCode 1 refused, 2 not understood, 3 unreachable */
  constructor(message, exitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The gateway said no. @param {string} message */
export const refused = (message) => new Failure(message, 1)

/** The arguments, the environment or a file cannot be used. @param {string} message */
export const usage = (message) => new Failure(message, 2)

/** The gateway did not answer. @param {string} message */
export const unreachable = (message) => new Failure(message, 3)
