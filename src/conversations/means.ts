// What the Worker and the Conversations of one isolate work with, made from Env once: the configuration, the database, the vault,
// directories, clients. Holds nothing of a request. The one place where settings become things.

import { createAuditLogs, type AuditLogs } from "../audit/audit-log-of.ts"
import { CONSENT_ADAPTERS, createAdapters } from "../banks/adapters/adapters.ts"
import { createBankDirectory, type BankDirectory } from "../banks/directory.ts"
import { findBank, findKey, insertKeyIfAbsent } from "../banks/bank-store.ts"
import { createReport, type Report } from "../banks/callback-queue.ts"
import { createAskConfirmation } from "../banks/link-confirmation.ts"
import { readConfig, type Config, type ConfigRefusal } from "../config.ts"
import { createPseudonyms, type Pseudonyms } from "../crypto/pseudonym.ts"
import { parseSigningKeys, type SigningKeys } from "../crypto/signing-keys.ts"
import { createDatabase, type Database } from "../db/database.ts"
import { loadClockOffset } from "../db/deployment-store.ts"
import type { Now } from "../foundation/clock.ts"
import type { Random } from "../foundation/id.ts"
import { createLog, describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { createPost, type Post } from "../jobs/post.ts"
import { queuesOf } from "../jobs/queues.ts"
import { createBankAccess, type BankAccess } from "../links/bank-access.ts"
import { createBankLogin, type BankLogin } from "../links/bank-login.ts"
import { createLinkReports, type LinkReports } from "../links/link-callbacks.ts"
import { createGraph, type Graph } from "../messenger/client.ts"
import { createPageDirectory, type PageDirectory } from "../messenger/page-directory.ts"
import { pageObjectOf } from "../messenger/page-object.ts"
import { createPageReports, type PageReports } from "../messenger/page-report.ts"
import { findPage, listTemplateStatuses } from "../messenger/page-store.ts"
import { createTemplateDirectory, type TemplateDirectory } from "../messenger/template-directory.ts"
import { createPackKeys, type PackKeys } from "../vault/pack-keys.ts"
import { createVault, type Vault } from "../vault/vault.ts"

/** Everything an isolate works with. */
export interface Means {
  readonly config: Config
  readonly db: Database
  readonly vault: Vault
  readonly pseudonyms: Pseudonyms
  readonly signing: SigningKeys
  readonly banks: BankDirectory
  readonly pages: PageDirectory
  readonly templates: TemplateDirectory
  /** Tells the Graph client's usage headers to `pageReports`. */
  readonly graph: Graph
  readonly pageReports: PageReports
  readonly login: BankLogin
  /** The same with nothing remembered yet. @param timeoutMs each call's own deadline */
  readonly openLogin: (timeoutMs: number) => BankLogin
  readonly access: BankAccess
  readonly post: Post
  readonly packKeys: PackKeys
  /** Tell a bank what became of events. */
  readonly report: Report
  /** Tell a bank what became of links. */
  readonly linkReports: LinkReports
  readonly auditLogs: AuditLogs
  readonly now: Now
  readonly random: Random
  readonly log: Log
  /** In development, look how far the clock was moved; elsewhere nothing. At the start of each request, batch, call and alarm; it is read
   * anew where that is some moments ago. @param moved it was moved just now */
  readonly syncClock: (moved?: "moved") => Promise<void>
}

/** Of a clock that another isolate moved, an isolate hears after this at the latest. */
const CLOCK_READ_EACH_MS = 100
/** Development's clock, as this isolate last read it. */
const clock = { offsetMs: 0, readAt: 0 }

/** One in an isolate; a test may give the Worker another world than its objects have. */
const made = new WeakMap<Env, Means>()

/** The isolate's means; made at the first call. A wrong configuration is found again at each call, so that a mended one is seen.
 * What is kept is the result, never the promise: a request that is cut off in the middle would leave the others waiting for it. */
export async function meansOf(env: Env): Promise<Result<Means, ConfigRefusal>> {
  const known = made.get(env)
  if (known) return ok(known)
  const means = await makeMeans(env)
  if (!means.ok) return means
  // Whoever was quicker made the one that stays.
  const first = made.get(env) ?? means.value
  made.set(env, first)
  return ok(first)
}

async function makeMeans(env: Env): Promise<Result<Means, ConfigRefusal>> {
  const read = readConfig(env as unknown as Readonly<Record<string, string | undefined>>)
  if (!read.ok) return read
  const config = read.value
  const signing = await parseSigningKeys(config.signing.keys.reveal())
  if (!signing.ok)
    return err({
      reason: "configuration",
      missing: [],
      wrong: ["SIGNING_KEYS"],
      detail: `SIGNING_KEYS: ${signing.error.detail}`,
    })
  const log = createLog()
  const db = createDatabase(env.DB)
  const now: Now = () => Date.now() + clock.offsetMs
  const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
  const call: typeof fetch = (input, init) => fetch(input, init)
  const vault = createVault(config.vault.ring, now, random)
  const { development, publicOrigin } = config
  const adapters = createAdapters(now)
  const atBanks = {
    signing: signing.value,
    publicOrigin,
    development,
    fetch: call,
    adapters,
    consents: CONSENT_ADAPTERS,
  }
  const login = createBankLogin(atBanks)
  const banks = createBankDirectory({ find: (id) => findBank(db, id, { development }), now: Date.now, log })
  const post = createPost(queuesOf(env))
  const packKeys = createPackKeys({
    vault,
    find: (bank, month) => findKey(db, bank, month),
    insertIfAbsent: (bank, month, wrappedKey) => insertKeyIfAbsent(db, { bank, month, wrappedKey }, now()),
    now,
  })
  const report = createReport({
    findBank: banks.find,
    forSealing: packKeys.forSealing,
    post,
    now,
    random,
    log,
  })
  const pages = createPageDirectory({ load: (id) => findPage(db, id), open: vault.open, now: Date.now, log })
  const pageReports = createPageReports({
    pages,
    pageObject: (record) => pageObjectOf({ page: env.PAGE, development }, record),
    now,
    log,
  })
  return ok({
    config,
    db,
    vault,
    pseudonyms: await createPseudonyms(config.pseudonymKey),
    signing: signing.value,
    banks,
    pages,
    templates: createTemplateDirectory({ load: (id) => listTemplateStatuses(db, id), now: Date.now, log }),
    graph: createGraph({
      origin: config.messenger.graphOrigin,
      version: config.messenger.graphVersion,
      fetch: call,
      onUsage: pageReports.noteUsage,
    }),
    pageReports,
    login,
    openLogin: (timeoutMs) => createBankLogin({ ...atBanks, timeoutMs }),
    access: createBankAccess({
      db,
      vault,
      login,
      adapters,
      fetch: call,
      development,
    }),
    post,
    packKeys,
    report,
    auditLogs: createAuditLogs(env.AUDIT_LOG),
    linkReports: createLinkReports({
      db,
      vault,
      report,
      askBank: createAskConfirmation({
        signing: signing.value,
        publicOrigin,
        development,
        fetch: call,
        realNow: Date.now,
      }),
      now,
      log,
    }),
    now,
    random,
    log,
    syncClock: async (moved) => {
      if (!development || (!moved && Date.now() - clock.readAt < CLOCK_READ_EACH_MS)) return
      try {
        clock.offsetMs = await loadClockOffset(db)
        clock.readAt = Date.now()
      } catch (fault) {
        // An outage of the database must look here as it does in a deployment: the clock stays as it was.
        log.warn("development_clock_not_read", describeFault(fault))
      }
    },
  })
}
