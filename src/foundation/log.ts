// One structured line an event. Fields are closed to what cannot hold people's data: ids of ours, names, counts, reasons.
// No message text, PSID, customer reference, amount or URL with a query ever goes in; errors are given as their class and place.

/** What a log line may carry. Values are short names, counts and our own ids. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes one line. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** A log that writes JSON lines through the platform's console. */
export function createLog(fixed: LogFields = {}): Log {
  return {
    info: (event, fields) => console.log(JSON.stringify({ level: "info", event, ...fixed, ...fields })),
    warn: (event, fields) => console.warn(JSON.stringify({ level: "warn", event, ...fixed, ...fields })),
    error: (event, fields) => console.error(JSON.stringify({ level: "error", event, ...fixed, ...fields })),
  }
}

/** What may be said of an unexpected error: its class and the first frame of its stack, never its message.
 * Messages of libraries quote their input (drizzle's quotes every bound parameter). */
export function describeFault(fault: unknown): LogFields {
  if (!(fault instanceof Error)) return { fault: typeof fault }
  const frame = /\n\s+at ([^\n]{1,160})/.exec(fault.stack ?? "")?.[1]
  return { fault: fault.name, at: frame }
}
