// Every row of messenger-platform.md 8.3 on demand: the numbers stand here as the sheet prints them, and each is asked for
// by its numbers, over HTTP. Names of rows are the other way to ask for one; graph-error.test.ts has those.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { GRAPH_ERRORS } from "../../../sandbox/messenger/graph/graph-error.ts"
import type { Json, Running } from "./running.ts"
import { run } from "./running.ts"

/** Code, subcode, and the customary status where it is not 400. */
const ROWS: readonly (readonly [code: number, subcode?: number | undefined, status?: number])[] = [
  [1, undefined, 500],
  [1, 99, 500],
  [1, 1357046, 500],
  [2, undefined, 500],
  [2, 2018344, 500],
  [3],
  [4, undefined, 403],
  [4, 2018022, 403],
  [4, 2018354],
  [9, 2018352],
  [10, undefined, 403],
  [10, 2018278],
  [10, 2018065],
  [10, 2534022],
  [10, 2018108],
  [10, 1893063],
  [10, 2018336],
  [10, 1893015],
  [10, 1404170],
  [17],
  [32],
  [33],
  [100],
  [100, 33],
  [100, 2018001],
  [100, 2018109],
  [100, 2018008],
  [100, 2018047],
  [100, 2018074],
  [100, 2018294],
  [100, 2018014],
  [100, 2018164],
  [100, 2534037],
  [100, 1893029],
  [100, 2018173],
  [100, 2018320],
  [100, 2018328],
  [100, 2018416],
  [100, 2388051],
  [102, undefined, 401],
  [190, undefined, 401],
  [190, 458, 401],
  [190, 459, 401],
  [190, 460, 401],
  [190, 463, 401],
  [190, 464, 401],
  [190, 467, 401],
  [200, undefined, 403],
  [200, 1545041, 403],
  [200, 2018028, 403],
  [200, 2018027, 403],
  [200, 2018021, 403],
  [230, undefined, 403],
  [341],
  [368],
  [506],
  [551],
  [551, 1545041],
  [551, 1893047],
  [613],
  [613, 2018338],
  [613, 2534040],
  [613, 1893016],
  [1200],
  [2018218],
  [2018247],
  [2018300],
  [10, 2018300],
  [2022],
  [10303],
  [2071010],
  [2500],
  [80001],
  [80006],
  [9000001],
]

const PAGE = "100000000000001"
// A machine busy with other tests is several times slower.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 })

let emulator: Running
let recipient: Json

beforeAll(async () => {
  emulator = await run()
  recipient = { id: (await emulator.control("/people", { name: "Zoe Quist" })).body["psid"] }
  const faults = ROWS.map(([code, subcode]) => ({
    path: "messages",
    error: { error: { code, ...(subcode === undefined ? {} : { error_subcode: subcode }) } },
  }))
  await emulator.control("/faults", faults)
})
afterAll(() => emulator.close())

describe("8.3 on demand", () => {
  it.each(ROWS.map(([code, subcode, status = 400]) => ({ code, subcode, status })))(
    "$code / $subcode",
    async (row) => {
      const { code, subcode, status } = row
      const body = { recipient, messaging_type: "RESPONSE", message: { text: "x" } }
      const answer = await emulator.graph("POST", `/v26.0/${PAGE}/messages`, body)
      expect(answer.status).toBe(status)
      const { error } = answer.body as { error: Json }
      expect([error["code"], error["error_subcode"]]).toEqual([code, subcode])
      expect(error["message"]).not.toContain("Injected")
      expect(error).toMatchObject({ type: expect.any(String), fbtrace_id: expect.any(String) })
      const passes = subcode === undefined && [1, 2, 1200].includes(code)
      expect(error["is_transient"]).toBe(passes ? true : code === 551 ? false : undefined)
    },
  )

  it("and every row that the emulator itself answers with stands in the sheet, or is one of four more", () => {
    const listed = new Set(ROWS.map(([code, subcode]) => `${code}/${subcode}`))
    const more = Object.entries(GRAPH_ERRORS).filter(
      ([, error]) => !listed.has(`${error.code}/${"subcode" in error ? error.subcode : undefined}`),
    )
    expect(more.map(([name]) => name)).toEqual([
      "userProfile",
      "userProfilePermission",
      "callbackUnverified",
      "threadAutomated",
    ])
  })
})
