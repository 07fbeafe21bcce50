import { afterEach, expect, test, vi } from "vitest"
import { dayOf, monthOf } from "../../../src/foundation/clock.ts"
import {
  createConsentId,
  createLinkId,
  createPackId,
  isBankId,
  isPageId,
  personIdOf,
  randomText,
} from "../../../src/foundation/id.ts"
import { createLog, describeFault } from "../../../src/foundation/log.ts"
import { isPurpose, PURPOSES } from "../../../src/foundation/purpose.ts"
import { Secret } from "../../../src/foundation/secret.ts"

afterEach(() => vi.restoreAllMocks())
const random = (bytes: number) => new Uint8Array(bytes).fill(0xfb)

test("ids carry their prefix and 128 bits in base64url", () => {
  for (const id of [createLinkId(random), createConsentId(random), createPackId(random)])
    expect(id).toMatch(/^(link|consent|pack)_-_v7-_v7-_v7-_v7-_v7-w$/)
  expect(randomText(random, 6)).toBe("-_v7-_v7")
  expect(personIdOf("x")).toBe("person_x")
})

test("isBankId() and isPageId() take what can stand in a path and nothing else", () => {
  for (const id of ["demo", "ab", "a-b", "0x", "a".repeat(40)]) expect(isBankId(id), id).toBe(true)
  for (const id of ["a", "-a", "A", "a_b", "a/b", "..", "a".repeat(41), "", 7, null, "dém"])
    expect(isBankId(id), String(id)).toBe(false)
  for (const id of ["1", "9".repeat(32)]) expect(isPageId(id)).toBe(true)
  for (const id of ["", "9".repeat(33), "1a", 1, "١"]) expect(isPageId(id)).toBe(false)
})

test("days and months are UTC's, both sides of midnight", () => {
  expect([dayOf(86_399_999), dayOf(86_400_000)]).toEqual([0, 1])
  expect(monthOf(Date.UTC(2026, 11, 31, 23, 59))).toBe("2026-12")
  expect(monthOf(Date.UTC(2027, 0, 1))).toBe("2027-01")
})

test("a Secret shows itself to nobody who does not ask by name", () => {
  const secret = new Secret("hunter2")
  expect(
    `${String(secret)} ${JSON.stringify({ secret })} ${JSON.stringify(Object.entries(secret))}`,
  ).not.toContain("hunter2")
  expect(secret.reveal()).toBe("hunter2")
})

test("describeFault() names class and place, never the message", () => {
  const described = JSON.stringify(describeFault(new TypeError("psid 24011 is bad")))
  expect(described).toContain("TypeError")
  expect(described).not.toContain("24011")
  expect(describeFault("psid 24011")).toEqual({ fault: "string" })
})

test("a log line is one line of JSON with its level and fixed fields", () => {
  const lines: string[] = []
  for (const level of ["log", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line))
  const log = createLog({ room: "test" })
  log.info("a", { n: 1 })
  log.warn("b")
  log.error("c", { reason: "x\ny" })
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: "info", event: "a", room: "test", n: 1 },
    { level: "warn", event: "b", room: "test" },
    { level: "error", event: "c", room: "test", reason: "x\ny" },
  ])
  expect(lines.every((line) => !line.includes("\n"))).toBe(true)
})

test("there are seven purposes and no other", () => {
  expect(PURPOSES).toHaveLength(7)
  expect([isPurpose("fraud_alerts"), isPurpose("marketing"), isPurpose("toString"), isPurpose(1)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
