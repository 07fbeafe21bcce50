// A bank's default as preferences: what holds for its customers until they choose. Pure.

import type { AlertDefaults } from "../banks/bank.ts"
import type { Preferences } from "./preferences.ts"

const HOUR_MINUTES = 60

/** `undefined` where the bank has none. */
export function defaultsOf({
  defaults,
}: {
  readonly defaults?: AlertDefaults | undefined
}): Preferences | undefined {
  if (!defaults) return undefined
  const { quietFrom, quietTo, digestAt, maxADay, paymentsFrom } = defaults
  return {
    v: 1,
    ...(quietFrom === undefined || quietTo === undefined
      ? {}
      : { quiet: { from: readMinute(quietFrom), to: readMinute(quietTo) } }),
    ...(digestAt === undefined ? {} : { digestAt: readMinute(digestAt) }),
    ...(maxADay === undefined ? {} : { maxADay }),
    rules: paymentsFrom ? { transaction_alerts: { from: paymentsFrom } } : {},
  }
}

/** `07:30` as minutes since midnight. */
export function readMinute(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number)
  return hours * HOUR_MINUTES + minutes
}

/** Minutes since midnight as `07:30`. */
export function renderMinute(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0")
  return `${two(Math.floor(minute / HOUR_MINUTES))}:${two(minute % HOUR_MINUTES)}`
}
