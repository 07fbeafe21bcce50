// mayAct() and banksFor(): the one table of acts and roles, on both sides of each line.

import { describe, expect, it } from "vitest"
import { ROLES } from "../../../src/config.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { ACTIONS, banksFor, mayAct, type Action, type Operator } from "../../../src/console/operator.ts"

const DEMO = "demo" as BankId
const OTHER = "other" as BankId
const operator = (...holds: Operator["holds"]): Operator => ({ id: "maria", holds })

describe("mayAct()", () => {
  for (const [action, roles] of Object.entries(ACTIONS) as [Action, readonly string[]][])
    for (const role of ROLES)
      it(`${roles.includes(role) ? "grants" : "forbids"} ${action} to ${role}`, () => {
        const expected = roles.includes(role) ? "granted" : "forbidden"
        expect(mayAct(operator({ role, banks: ["demo"] }), action, DEMO)).toBe(expected)
        expect(mayAct(operator({ role, banks: ["*"] }), action, DEMO)).toBe(expected)
      })

  it("P13: hides a bank nobody gave a role for, whatever the role elsewhere", () => {
    for (const role of ROLES)
      expect(mayAct(operator({ role, banks: ["demo"] }), "bank.put", OTHER)).toBe("hidden")
    expect(mayAct(operator(), "bank.read", DEMO)).toBe("hidden")
  })

  it("does not lend a role held for one bank to another", () => {
    const both = operator({ role: "admin", banks: ["demo"] }, { role: "auditor", banks: ["other"] })
    expect(mayAct(both, "bank.put", DEMO)).toBe("granted")
    expect(mayAct(both, "bank.put", OTHER)).toBe("forbidden")
    expect(mayAct(both, "bank.read", OTHER)).toBe("granted")
  })

  it("lets only a role for every bank act on the deployment itself", () => {
    expect(mayAct(operator({ role: "admin", banks: ["*"] }), "clock.advance", "*")).toBe("granted")
    expect(mayAct(operator({ role: "admin", banks: ["demo"] }), "clock.advance", "*")).toBe("forbidden")
    expect(mayAct(operator({ role: "operator", banks: ["*"] }), "clock.advance", "*")).toBe("forbidden")
  })
})

describe("banksFor()", () => {
  it("names the banks of the roles that may, each once", () => {
    const both = operator(
      { role: "admin", banks: ["demo", "other"] },
      { role: "auditor", banks: ["demo"] },
      { role: "agent", banks: ["third"] },
    )
    expect(banksFor(both, "dead_letter.read")).toEqual(["demo", "other"])
    expect(banksFor(both, "bank.read")).toEqual(["demo", "other", "third"])
    expect(banksFor(operator({ role: "agent", banks: ["demo"] }), "dead_letter.read")).toEqual([])
  })

  it("is every bank for a role held for every one, and only for that role's acts", () => {
    const wide = operator({ role: "auditor", banks: ["*"] }, { role: "admin", banks: ["demo"] })
    expect(banksFor(wide, "bank.read")).toBe("*")
    expect(banksFor(wide, "bank.put")).toEqual(["demo"])
  })
})
