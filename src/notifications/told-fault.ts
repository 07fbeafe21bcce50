// Which faults of telling a person count as an attempt. Used by fan-out.ts and notice-running.ts.

/** The object's own code failed, or the object could not be reached: only the first counts. */
export function isFault(fault: unknown): boolean {
  const { retryable, overloaded, remote } = fault as {
    retryable?: boolean
    overloaded?: boolean
    remote?: boolean
  }
  return remote === true && retryable !== true && overloaded !== true
}
