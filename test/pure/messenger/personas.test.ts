// The name under which a person at the bank speaks: one persona a name, and never one where the Page's record has no picture.
import { describe, expect, test } from "vitest"
import { createPersonas } from "../../../src/messenger/personas.ts"
import type { PageRecord } from "../../../src/messenger/page-record.ts"
import type { PageId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"

const PAGE = "100000000000001" as PageId
const PICTURE = "https://bank.example/people.png"
const DOWN = err({ reason: "unreachable", retry: "later" } as never)

function world(record: Partial<PageRecord>) {
  const made: { readonly id: string; readonly name: string }[] = []
  const faults = { list: false, create: false }
  const warned: string[] = []
  const personaOf = createPersonas({
    pages: { find: async () => ok({ record: record as PageRecord, token: new Secret("t") }) },
    graph: {
      listPersonas: async () => (faults.list ? DOWN : ok(made)),
      createPersona: async (_page, _token, { name, pictureUrl }) => {
        if (faults.create) return DOWN
        expect(pictureUrl).toBe(PICTURE)
        made.push({ id: String(700 + made.length), name })
        return ok({ id: String(699 + made.length) })
      },
    },
    log: { info: () => {}, warn: (event) => void warned.push(event), error: () => {} },
  })
  return { personaOf, made, faults, warned }
}

describe("personas", () => {
  test("are made once for a name, and found again", async () => {
    const { personaOf, made } = world({ agentPicture: PICTURE })
    const first = await personaOf(PAGE, "Maria")
    expect(await personaOf(PAGE, "Maria")).toBe(first)
    expect(await personaOf(PAGE, "Ben")).not.toBe(first)
    expect(made.map(({ name }) => name)).toEqual(["Maria", "Ben"])
  })

  test("are none where the Page's record has no picture", async () => {
    const { personaOf, made } = world({})
    expect(await personaOf(PAGE, "Maria")).toBeUndefined()
    expect(made).toEqual([])
  })

  test.each(["list", "create"] as const)(
    "are none where the platform does not answer (%s)",
    async (fault) => {
      const { personaOf, faults, warned, made } = world({ agentPicture: PICTURE })
      faults[fault] = true
      expect(await personaOf(PAGE, "Maria")).toBeUndefined()
      expect(warned).toEqual(["persona_not_found"])
      expect(made).toEqual([])
    },
  )
})
