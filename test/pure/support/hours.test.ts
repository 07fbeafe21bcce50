// Hours of a bank by its own clock, from both sides of each line, across summer time.
import { expect, test } from "vitest"
import { openingAt } from "../../../src/support/hours.ts"

const WORKDAYS = [{ days: [1, 2, 3, 4, 5], from: "08:00", to: "18:00" }]
const at = (text: string) => Date.parse(text)

test.each([
  // Berlin is UTC+1 in November; the 20th is a Friday.
  ["2026-11-20T06:59:59Z", { open: false, opensAt: at("2026-11-20T07:00:00Z") }],
  ["2026-11-20T07:00:00Z", { open: true }],
  ["2026-11-20T16:59:59Z", { open: true }],
  ["2026-11-20T17:00:00Z", { open: false, opensAt: at("2026-11-23T07:00:00Z") }],
  ["2026-11-22T12:00:00Z", { open: false, opensAt: at("2026-11-23T07:00:00Z") }],
  // Clocks go forward on Sunday, 28 March 2027: Monday opens an hour earlier by UTC.
  ["2027-03-27T12:00:00Z", { open: false, opensAt: at("2027-03-29T06:00:00Z") }],
  // And back on 31 October 2027.
  ["2027-10-30T12:00:00Z", { open: false, opensAt: at("2027-11-01T07:00:00Z") }],
])("in Berlin at %s", (now, opening) => {
  expect(openingAt(WORKDAYS, "Europe/Berlin", at(now))).toEqual(opening)
})

test("a day's end is 24:00", () => {
  const all = [{ days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" }]
  expect(openingAt(all, "Asia/Kathmandu", at("2026-11-20T18:14:59Z"))).toEqual({ open: true })
  expect(openingAt(all, "Asia/Kathmandu", at("2026-11-20T18:15:00Z"))).toEqual({ open: true })
})

test("without hours somebody is always there", () => {
  expect(openingAt(undefined, "UTC", 0)).toEqual({ open: true })
  expect(openingAt([], "UTC", 0)).toEqual({ open: true })
})

test("once a week, and the week has just ended", () => {
  const weekly = [{ days: [7], from: "10:00", to: "11:00" }]
  expect(openingAt(weekly, "UTC", at("2026-11-22T11:00:00Z"))).toEqual({
    open: false,
    opensAt: at("2026-11-29T10:00:00Z"),
  })
})
