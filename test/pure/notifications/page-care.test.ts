// What is done for a Page by itself: its templates, the daily look at its token and fields, reconnecting it, the end of a Graph version.
import { describe, expect, it } from "vitest"
import { listTemplates } from "../../../src/conversations/notices/compose.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { TemplateSpec } from "../../../src/messenger/template.ts"
import type { TemplateShelf } from "../../../src/messenger/template-sync.ts"
import { checkPage, type PageCheckWorld } from "../../../src/notifications/page-check.ts"
import { reconnectPage } from "../../../src/notifications/page-recovery.ts"
import { WEBHOOK_FIELDS } from "../../../src/notifications/page-setup.ts"
import { syncPageTemplates } from "../../../src/notifications/page-templates.ts"
import { GRAPH_VERSION_ENDS, isEnding, VERSION_WARNING_MS } from "../../../src/notifications/watch.ts"
import { bankRecord } from "../../support/bank.ts"
import { access, APP, createMeta, createOpenIncidents, DEAD, PAGE, quiet, T } from "./page-world.ts"

const english = bankRecord({ languages: ["en"] })

function createTemplateWorld() {
  const { meta, graph, calls } = createMeta()
  const { incidents, open } = createOpenIncidents()
  const rows = new Map<string, { name: string; language: string; status: string }>()
  const written: number[] = []
  const due: number[] = []
  /** What notices have of their own. */
  const own: TemplateSpec[] = []
  const wentOn: number[] = []
  const shelf: TemplateShelf = {
    list: () => Promise.resolve([...rows.values()]),
    put: (_page, statuses) => {
      const changed = statuses.filter(
        (each) => rows.get(`${each.name} ${each.language}`)?.status !== each.status,
      )
      for (const { name, language, status } of changed)
        rows.set(`${name} ${language}`, { name, language, status })
      written.push(changed.length)
      return Promise.resolve(changed.length)
    },
    delete: (_page, gone) => {
      for (const { name, language } of gone) rows.delete(`${name} ${language}`)
      return Promise.resolve()
    },
  }
  const world = {
    graph,
    shelf,
    incidents,
    noticeTemplates: () => Promise.resolve(own),
    noticesGoOn: () => Promise.resolve(void wentOn.push(written.at(-1) ?? 0)),
    forget: () => undefined,
    lookAgainAt: (_page: unknown, at: number) => {
      due.push(at - T)
      return Promise.resolve()
    },
    now: () => T,
    log: quiet(),
  }
  return {
    world,
    own,
    wentOn,
    meta,
    calls,
    open,
    rows,
    written,
    due,
    sync: () => syncPageTemplates(world, access, english),
  }
}

describe("syncPageTemplates()", () => {
  it("has a notice's own template while the notice is told, and takes it away afterwards", async () => {
    const page = createTemplateWorld()
    await page.sync()
    page.own.push({
      name: "notice_ab12_v1",
      language: "en",
      body: "Notice from a bank: all is well.",
      examples: [],
    })
    expect(await page.sync()).toMatchObject({ ok: true, value: { created: ["notice_ab12_v1 en"] } })
    expect(page.rows.get("notice_ab12_v1 en")?.status).toBe("PENDING")
    // Whoever waits for it is told as soon as the platform has decided, and not before.
    const before = page.wentOn.length
    await page.sync()
    expect(page.wentOn).toHaveLength(before)
    page.meta.templates = page.meta.templates.map((each) => ({ ...each, status: "APPROVED" }))
    await page.sync()
    expect(page.wentOn).toHaveLength(before + 1)
    page.own.splice(0)
    expect(await page.sync()).toMatchObject({ ok: true, value: { retired: ["notice_ab12_v1 en"] } })
    expect(page.rows.has("notice_ab12_v1 en")).toBe(false)
  })

  it("keeps a notice's template the platform never took as one it refused: nobody waits for it", async () => {
    const page = createTemplateWorld()
    await page.sync()
    page.own.push({
      name: "notice_ab12_v1",
      language: "en",
      body: "Notice from a bank: all is well.",
      examples: [],
    })
    page.meta.refused.add("notice_ab12_v1")
    await page.sync()
    expect(page.rows.get("notice_ab12_v1 en")?.status).toBe("REJECTED")
    expect(page.open).toContain("template_rejected notice_ab12_v1 en")
  })

  it("creates what the notices need in the languages the bank offers, and a second run changes nothing", async () => {
    const page = createTemplateWorld()
    const wanted = listTemplates().filter(({ language }) => language === "en")
    const first = await page.sync()
    expect(first.ok && first.value.created).toHaveLength(wanted.length)
    expect(page.rows.size).toBe(wanted.length)
    page.calls.length = 0
    const second = await page.sync()
    expect(second).toMatchObject({ ok: true, value: { created: [], refused: [], written: 0 } })
    expect(page.calls).toEqual(["listTemplates"])
    expect(page.open).toEqual(new Set())
    expect(page.due).toEqual([HOUR_MS, HOUR_MS])
  })

  it("opens an incident for one that was rejected and one that was paused, and closes it when it is over", async () => {
    const page = createTemplateWorld()
    await page.sync()
    const [rejected, paused, ...well] = page.meta.templates.map(({ name }) => name)
    const setStatus = (name: string | undefined, status: string) => {
      page.meta.templates = page.meta.templates.map((each) =>
        each.name === name ? { ...each, status } : each,
      )
    }
    for (const name of well) setStatus(name, "APPROVED")
    setStatus(rejected, "REJECTED")
    setStatus(paused, "PAUSED")
    await page.sync()
    expect(page.open).toEqual(new Set([`template_rejected ${rejected} en`, `template_paused ${paused} en`]))
    setStatus(rejected, "APPROVED")
    setStatus(paused, "IN_APPEAL")
    await page.sync()
    expect(page.open).toEqual(new Set())
  })

  it("opens an incident for one the platform does not even take", async () => {
    const page = createTemplateWorld()
    const [spec] = listTemplates().filter(({ language }) => language === "en")
    if (spec) page.meta.refused.add(spec.name)
    await page.sync()
    expect(page.open).toEqual(new Set([`template_rejected ${spec?.name} en`]))
  })

  it("looks again soon where the platform does not answer, and says nothing new meanwhile", async () => {
    const page = createTemplateWorld()
    page.open.add("template_paused known_v1 en")
    page.meta.refusal = DEAD
    expect(await page.sync()).toMatchObject({ ok: false, error: { reason: "page_stopped" } })
    expect(page.due).toEqual([5 * MINUTE_MS])
    expect(page.open).toEqual(new Set(["template_paused known_v1 en"]))
  })
})

function createCheckWorld() {
  const { meta, graph, calls } = createMeta()
  const { incidents, open } = createOpenIncidents()
  const paused: string[] = []
  const due: number[] = []
  const world: PageCheckWorld = {
    graph,
    appId: APP,
    appToken: new Secret(`${APP}|secret`),
    pause: (_page, reason) => {
      paused.push(reason)
      return Promise.resolve()
    },
    incidents,
    lookAgainAt: (_page, at) => {
      due.push(at - T)
      return Promise.resolve()
    },
    now: () => T,
    log: quiet(),
  }
  return { world, meta, calls, open, paused, due }
}

describe("checkPage()", () => {
  it("finds nothing at a Page that is well, and looks again in a day", async () => {
    const page = createCheckWorld()
    expect(await checkPage(page.world, access)).toBe(true)
    expect(page.open).toEqual(new Set())
    expect(page.calls).toEqual(["debugToken", "listSubscriptions"])
    expect(page.due).toEqual([DAY_MS])
  })

  it("subscribes a missing field again and says which; the next look closes it", async () => {
    const page = createCheckWorld()
    page.meta.fields = WEBHOOK_FIELDS.filter((field) => field !== "message_echoes")
    await checkPage(page.world, access)
    expect(page.open).toEqual(new Set(["page_fields_missing message_echoes"]))
    expect(page.meta.fields).toEqual(WEBHOOK_FIELDS)
    await checkPage(page.world, access)
    expect(page.open).toEqual(new Set())
  })

  it("subscribes a Page that was taken off the webhook altogether", async () => {
    const page = createCheckWorld()
    page.meta.fields = []
    await checkPage(page.world, access)
    expect(page.open).toEqual(new Set(["page_fields_missing all"]))
    expect(page.calls).toContain("subscribe")
  })

  it("stops a Page whose token is dead by two witnesses, before a customer's message finds out", async () => {
    const page = createCheckWorld()
    page.meta.token = { ...page.meta.token, valid: false }
    expect(await checkPage(page.world, access)).toBe(true)
    expect(page.paused).toEqual([])
    expect(page.open).toEqual(new Set(["page_token_invalid token_refused"]))
    page.meta.subscriptionRefusal = DEAD
    expect(await checkPage(page.world, access)).toBe(true)
    expect(page.paused).toEqual(["token_refused"])
  })

  it.each([
    [14 * DAY_MS, false],
    [14 * DAY_MS - 1, true],
  ])("tells of a token that ends in %i ms: %s", async (endsInMs, told) => {
    const page = createCheckWorld()
    page.meta.token = { ...page.meta.token, expiresAt: T + endsInMs }
    await checkPage(page.world, access)
    expect([...page.open]).toEqual(told ? ["page_token_invalid ends_soon"] : [])
    expect(page.paused).toEqual([])
  })

  it("looks again in a quarter of an hour where Meta does not answer, and stops nothing", async () => {
    const page = createCheckWorld()
    page.meta.refusal = { reason: "unknown_outcome", retry: "later" }
    expect(await checkPage(page.world, access)).toBe(false)
    expect(page.due).toEqual([15 * MINUTE_MS])
    expect([page.paused, [...page.open]]).toEqual([[], []])
  })
})

describe("reconnectPage()", () => {
  const recovery = { at: T, held: 12, stale: 2, sent: 0 }
  function createRecoveryWorld() {
    const { meta, graph, calls } = createMeta()
    const { incidents, open } = createOpenIncidents()
    open
      .add("page_stopped token_refused")
      .add("page_token_invalid token_refused")
      .add("template_paused a_v1 en")
    const note = (call: string) => () => {
      calls.push(call)
      return Promise.resolve()
    }
    const resume = () => note("resume")().then(() => recovery)
    return { world: { graph, incidents, swap: note("swap"), resume, log: quiet() }, meta, calls, open }
  }
  const token = new Secret("new-token")

  it("proves the token, swaps it, subscribes, resumes, and closes what it was about", async () => {
    const page = createRecoveryWorld()
    expect(await reconnectPage(page.world, { id: PAGE }, token, true)).toEqual(ok(recovery))
    expect(page.calls).toEqual(["listSubscriptions", "swap", "subscribe", "resume"])
    expect([...page.open]).toEqual(["template_paused a_v1 en"])
  })

  it("tries the token the Page has without writing it again", async () => {
    const page = createRecoveryWorld()
    await reconnectPage(page.world, { id: PAGE }, token, false)
    expect(page.calls).toEqual(["listSubscriptions", "subscribe", "resume"])
  })

  it.each([
    [DEAD, "token_refused"],
    [{ reason: "our_fault", retry: "never", code: 100, subcode: 33 } as const, "token_refused"],
    [{ reason: "unknown_outcome", retry: "later" } as const, "graph_unavailable"],
    [{ reason: "throttled", retry: { afterMs: 1 } } as const, "graph_unavailable"],
  ])("changes nothing where Meta says %j", async (refusal, reason) => {
    const page = createRecoveryWorld()
    page.meta.refusal = refusal
    expect(await reconnectPage(page.world, { id: PAGE }, token, true)).toEqual({
      ok: false,
      error: { reason },
    })
    expect(page.calls).toEqual(["listSubscriptions"])
    expect(page.open.size).toBe(3)
  })
})

describe("isEnding()", () => {
  const ends = Date.parse(GRAPH_VERSION_ENDS["v25.0"] ?? "")
  it.each([
    ["v25.0", ends - VERSION_WARNING_MS - 1, false],
    ["v25.0", ends - VERSION_WARNING_MS, true],
    ["v25.0", ends + DAY_MS, true],
    ["v26.0", ends + DAY_MS, false],
    ["v99.0", ends, false],
  ])("%s at %i: %s", (version, now, ending) => {
    expect(isEnding(version, now)).toBe(ending)
  })
})
