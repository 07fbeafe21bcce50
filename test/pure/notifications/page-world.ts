// A Page at a pretend Meta and its incidents in memory, for the tests of what is done for Pages. Not for src/.
import type { BankId, PageId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { GraphTemplate } from "../../../src/messenger/graph-templates.ts"
import type { TokenReport } from "../../../src/messenger/graph-pages.ts"
import type { PageAccess } from "../../../src/messenger/page-directory.ts"
import { parsePageRecord } from "../../../src/messenger/page-record.ts"
import type { GraphRefusal } from "../../../src/messenger/refusal.ts"
import type { IncidentAbout, IncidentKind } from "../../../src/notifications/incident.ts"
import type { Incidents } from "../../../src/notifications/incidents.ts"
import { WEBHOOK_FIELDS } from "../../../src/notifications/page-setup.ts"
import { recordingLog } from "../../support/bank.ts"

export const T = Date.UTC(2026, 10, 22)
export const PAGE = "100" as PageId
export const BANK = "demo" as BankId
export const APP = "1000000000000001"
const parsed = parsePageRecord({ v: 1, id: PAGE, bank: BANK, name: "Harbourline Bank" })
if (!parsed.ok) throw new Error("Cannot read the Page of the tests")

export const access: PageAccess = { record: parsed.value, token: new Secret("page-token") }
export const DEAD: GraphRefusal = { reason: "page_stopped", retry: "never", code: 190 }

/** Meta as the calls of a Page meet it. */
export function createMeta() {
  const calls: string[] = []
  const meta = {
    templates: [] as GraphTemplate[],
    /** Names of templates that are refused when created. */
    refused: new Set<string>(),
    fields: [...WEBHOOK_FIELDS] as readonly string[],
    token: {
      valid: true,
      expiresAt: null,
      dataAccessUntil: null,
      appId: APP,
      scopes: [],
    } as TokenReport,
    refusal: undefined as GraphRefusal | undefined,
    subscriptionRefusal: undefined as GraphRefusal | undefined,
  }
  const graph = {
    listTemplates: () => {
      calls.push("listTemplates")
      return Promise.resolve(meta.refusal ? err(meta.refusal) : ok([...meta.templates]))
    },
    createTemplate: (_page: PageId, _token: Secret, body: object) => {
      const { name, language } = body as { name: string; language: string }
      calls.push(`createTemplate ${name} ${language}`)
      if (meta.refused.has(name))
        return Promise.resolve(err({ reason: "our_fault", retry: "never", code: 100 } as const))
      meta.templates.push({ name, language, status: "PENDING", id: `${meta.templates.length}` })
      return Promise.resolve(ok({ status: "PENDING" }))
    },
    deleteTemplate: (_page: PageId, _token: Secret, { id, name }: { id: string; name: string }) => {
      calls.push(`deleteTemplate ${name}`)
      meta.templates = meta.templates.filter((each) => each.id !== id)
      return Promise.resolve(ok(undefined))
    },
    debugToken: () => {
      calls.push("debugToken")
      return Promise.resolve(meta.refusal ? err(meta.refusal) : ok(meta.token))
    },
    listSubscriptions: () => {
      calls.push("listSubscriptions")
      const refusal = meta.refusal ?? meta.subscriptionRefusal
      return Promise.resolve(
        refusal ? err(refusal) : ok(meta.fields.length > 0 ? [{ appId: APP, fields: meta.fields }] : []),
      )
    },
    subscribe: (_page: PageId, _token: Secret, fields: readonly string[]) => {
      calls.push("subscribe")
      meta.fields = [...fields]
      return Promise.resolve(ok(undefined))
    },
  }
  return { meta, graph, calls }
}

/** Incidents in memory: `kind detail` of each that is open. */
export function createOpenIncidents() {
  const open = new Set<string>()
  const name = ({ kind, detail }: Pick<IncidentAbout, "kind" | "detail">) => `${kind} ${detail}`.trim()
  const incidents: Pick<Incidents, "open" | "close" | "settle"> = {
    open: (about) => {
      open.add(name(about))
      return Promise.resolve()
    },
    close: (kinds: readonly IncidentKind[]) => {
      for (const each of open) if (kinds.some((kind) => each.startsWith(kind))) open.delete(each)
      return Promise.resolve()
    },
    settle: ({ kind }, details) => {
      for (const each of open) if (each.startsWith(kind)) open.delete(each)
      for (const detail of details) open.add(name({ kind, detail }))
      return Promise.resolve()
    },
  }
  return { incidents, open }
}

export const quiet = () => recordingLog().log
