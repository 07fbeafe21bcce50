// D1 is put back to an older state, as its operator would: the file of yesterday in the place of today's. Every way in is shut until the restore is
// finished; then who left stays gone, who was erased is erased again, and who did neither goes on as before. A pair of its own.
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { registerDemo } from "../../sandbox/demo.mjs"
import { start } from "../../sandbox/start.mjs"
import { tellerline } from "./command.ts"
import { accountOf, answersTo, control } from "./control.ts"
import { freePorts } from "./free-ports.ts"
import { readDirectory } from "./gateway-state.ts"
import { hearsBy, linkSomebody, say } from "./linked.ts"

const STARTS_MS = 300_000
const WAIT = { timeout: 60_000, interval: 200 }
const ASKING = ["account_service", "transaction_alerts"]

describe("a restored database", () => {
  let dir: string
  let ports: readonly [number, number]
  let running: Awaited<ReturnType<typeof start>> | undefined
  let psids: {
    readonly leaves: string
    readonly erased: string
    readonly stays: string
    readonly comes: string
  }

  const bringUp = () => start({ dir, port: ports[0], sandboxPort: ports[1] })
  const directory = () => join(running?.stateDir ?? "", "v3", "d1")
  const gateway = () => `http://localhost:${ports[0]}`
  const scheduled = async () => {
    const ran = await fetch(`${gateway()}/cdn-cgi/local/scheduled`, { signal: AbortSignal.timeout(30_000) })
    expect(ran.ok).toBe(true)
  }
  const rows = (query: string, ...values: readonly string[]) =>
    readDirectory(running?.stateDir ?? "", query, ...values)

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "tellerline-restore-"))
    ports = await freePorts()
    running = await bringUp()
    const sides = running
    await registerDemo(sides.gateway, sides.sandbox)
    const leaves = await linkSomebody(sides, "Leah Restore-Example", "ana", ASKING)
    const erased = await linkSomebody(sides, "Erin Restore-Example", "ben", ASKING)
    const stays = await linkSomebody(sides, "Stan Restore-Example", "chi", ASKING)
    await scheduled()
    // Yesterday's copy.
    await sides.stop()
    await cp(directory(), join(dir, "yesterday"), { recursive: true })
    running = await bringUp()
    // What happens after it.
    const comes = await linkSomebody(running, "Cora Restore-Example", "chi", ASKING)
    psids = { leaves, erased, stays, comes }
    await say(running.sandbox, leaves, "Disconnect now")
    await hearsBy(running.sandbox, leaves, /^Disconnected\./)
    await say(running.sandbox, erased, "delete my data")
    await hearsBy(running.sandbox, erased, /^Delete everything kept here/)
    await say(running.sandbox, erased, "Delete everything")
    await vi.waitFor(
      () => expect(rows("SELECT 1 FROM erasures WHERE done_at IS NOT NULL")).toHaveLength(1),
      WAIT,
    )
    await vi.waitFor(() => expect(linkStates()).toEqual(["ended", "live", "live"]), WAIT)
    await scheduled()
    expect(rows("SELECT 1 FROM audit_outbox")).toEqual([])
    await running.stop()
    await rm(directory(), { recursive: true })
    await cp(join(dir, "yesterday"), directory(), { recursive: true })
  }, STARTS_MS)

  afterAll(async () => {
    await running?.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  })

  const linkStates = () => rows("SELECT state FROM links ORDER BY state").map(({ state }) => state)

  test(
    "shuts every way in and says so, until an admin finishes it; then the ended link stays ended and the erased person erased",
    async () => {
      // It is ready once it is well, and it is not well before the restore is finished.
      const starting = bringUp()
      await vi.waitFor(async () => {
        const health = await fetch(`${gateway()}/healthz`)
        expect([health.status, await health.text()]).toEqual([
          503,
          expect.stringContaining("problem:restored"),
        ])
      }, WAIT)
      expect(linkStates()).toEqual(["live", "live", "live"])
      for (const [method, path] of [
        ["POST", "/messenger/webhook"],
        ["POST", "/banks/demo/events"],
        ["GET", "/link/demo"],
        ["GET", "/me"],
        ["GET", "/admin/v1/banks"],
        ["GET", "/banks/demo/links"],
      ] as const)
        expect([path, (await fetch(gateway() + path, { method })).status]).toEqual([path, 503])
      await scheduled()
      const status = await tellerline(gateway(), "restore", "status").catch(
        (refused: { stdout: string }) => refused.stdout,
      )
      expect(status).toContain("was put back")

      const said = await tellerline(gateway(), "restore", "finish", "--reason", "yesterday's copy")
      expect(said).toMatch(/Done again: 2 links ended, 1 people erased, 0 keys revoked/)
      running = await starting
      const { sandbox } = running
      await vi.waitFor(
        () => expect(rows("SELECT 1 FROM erasures WHERE done_at IS NOT NULL")).toHaveLength(1),
        WAIT,
      )
      await vi.waitFor(() => expect(linkStates()).toEqual(["ended", "live"]), WAIT)
      expect(rows("SELECT cause FROM erasures")).toEqual([{ cause: "restore" }])
      await expect(tellerline(gateway(), "restore", "finish", "--reason", "once more")).rejects.toThrow(
        /not put back/,
      )

      // Who stayed goes on; who left, was erased or came meanwhile hears nothing of the bank's.
      await say(sandbox, psids.stays, "balance")
      await hearsBy(sandbox, psids.stays, /available, as of/)
      const before = await Promise.all(silent().map((psid) => answersTo(sandbox, psid)))
      for (const customer of ["ana", "ben", "chi"]) await pay(sandbox, customer)
      await hearsBy(sandbox, psids.stays, /Restored Refunds Ltd/)
      expect(await Promise.all(silent().map((psid) => answersTo(sandbox, psid)))).toEqual(before)
      await say(sandbox, psids.comes, "balance")
      await hearsBy(sandbox, psids.comes, /automated assistant|Connect/, 2)
      expect((await answersTo(sandbox, psids.comes)).filter((each) => /available, as of/.test(each))).toEqual(
        [],
      )

      await scheduled()
      await scheduled()
      expect((await fetch(`${gateway()}/healthz`)).status).toBe(200)
      const log = JSON.parse(await tellerline(gateway(), "audit", "export", "*")) as {
        entries: readonly { action: string; reason: string }[]
      }
      expect(
        log.entries.filter(({ action }) => action === "restore.finish").map(({ reason }) => reason),
      ).toEqual(["yesterday's copy"])
      const { differs } = JSON.parse(await tellerline(gateway(), "audit", "check", "demo", "--json")) as {
        differs?: string
      }
      expect(differs).toBeUndefined()
    },
    STARTS_MS,
  )

  const silent = () => [psids.leaves, psids.erased, psids.comes]

  async function pay(sandbox: string, customer: string): Promise<void> {
    const { id } = await accountOf(sandbox, customer)
    const merchant = "Restored Refunds Ltd"
    await control(sandbox, "/control/bank/payments", {
      account: id,
      amount: "12",
      direction: "credit",
      merchant,
    })
  }
})
