// "Who used my data", page by page: what happened in one instant is not lost between two pages.
import { afterEach, beforeEach, expect, test } from "vitest"
import { readUses, type Use } from "../../../src/conversations/own-data.ts"
import { payment, WHOM } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
})
afterEach(() => sim.close())

async function readAll(): Promise<readonly (readonly Use[])[]> {
  const pages: (readonly Use[])[] = []
  for (let before = sim.now + 1; pages.length < 10;) {
    let more = false
    await sim.ask(async (person) => {
      const read = await person.read((sender) =>
        readUses(sender, { v: 1, whom: WHOM, since: sim.now, before }),
      )
      pages.push(read?.uses ?? [])
      more = read?.more ?? false
    })
    const last = pages.at(-1)?.at(-1)
    if (!more || !last) break
    before = last.at
  }
  return pages
}

test.each([30, 90])("%s uses, many of one instant, are each on one page", async (count) => {
  await Promise.all(Array.from({ length: count }, (_, n) => sim.tell(payment(`p${n}`, sim.now))))
  const pages = await readAll()
  expect(pages.flat()).toHaveLength(count)
  expect(new Set(pages.flat().map(({ at }) => at)).size).toBeLessThan(count)
})
