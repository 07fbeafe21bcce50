// The usage headers, as messenger-platform.md 8.1 prints them and as nobody should send them.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseUsage } from "../../../src/messenger/usage.ts"

const APP = '{"call_count":28,"total_time":25,"total_cputime":25}'
const business = (more: string) =>
  `{"100":[{"type":"messenger","call_count":100,"total_cputime":25,"total_time":25${more}}]}`
const parse = (app?: string, page?: string) =>
  parseUsage(
    new Headers({
      ...(app === undefined ? {} : { "x-app-usage": app }),
      ...(page === undefined ? {} : { "x-business-use-case-usage": page }),
    }),
  )

describe("parseUsage()", () => {
  it.each([
    ["no header", undefined, undefined, undefined],
    ["the app's alone", APP, undefined, { appPercent: 28, pagePercent: 0 }],
    [
      "both, with an estimate in minutes",
      APP,
      business(',"estimated_time_to_regain_access":19'),
      { appPercent: 28, pagePercent: 100, regainAfterMs: 19 * 60_000 },
    ],
    [
      "an estimate of nothing",
      undefined,
      business(',"estimated_time_to_regain_access":0'),
      { appPercent: 0, pagePercent: 100 },
    ],
    [
      "the worst of several",
      undefined,
      '{"1":[{"call_count":3},{"total_cputime":97.5}],"2":[{"total_time":40,"estimated_time_to_regain_access":2}]}',
      { appPercent: 0, pagePercent: 97.5, regainAfterMs: 120_000 },
    ],
    ["more than all", '{"call_count":140}', undefined, { appPercent: 140, pagePercent: 0 }],
    ["no JSON", "28%", undefined, undefined],
    ["one that cannot be read beside one that can", "28%", business(""), { appPercent: 0, pagePercent: 100 }],
    ["one beyond all bounds", `{"x":"${"x".repeat(20_000)}"}`, undefined, undefined],
  ])("reads %s", (_name, app, page, usage) => {
    expect(parse(app, page)).toEqual(usage)
  })

  it("reads any JSON to percentages or nothing", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (app, page) => {
        // A header holds no other characters.
        const ascii = (text: string) => text.replace(/[^ -~]/g, "?")
        const usage = parse(ascii(app), ascii(page))
        if (usage) expect(Math.min(usage.appPercent, usage.pagePercent)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
