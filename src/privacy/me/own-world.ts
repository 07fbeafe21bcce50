// What the customer's own pages are given, made from an isolate's means: the person's Conversation by RPC, the directory's rows of that
// person, the bank's login, the signing key. Composed by doors.ts.

import { conversationOf } from "../../conversations/conversation-of.ts"
import type { Conversation } from "../../conversations/conversation.ts"
import type { Means } from "../../conversations/means.ts"
import type { Whom } from "../../conversations/person-world.ts"
import type { PageId } from "../../foundation/id.ts"
import { findLink } from "../../links/link-store.ts"
import { signReceipt } from "../../links/receipt.ts"
import type { PageRecord } from "../../messenger/page-record.ts"
import { readHeld } from "./held.ts"
import type { MeActs, MeWorld } from "./me.ts"

/** @param given.erase erasure of a person, as privacy/ does it */
export function createMeWorld(given: {
  readonly means: Means
  readonly objects: {
    readonly conversation: DurableObjectNamespace<Conversation>
    readonly development: boolean
  }
  readonly recordOf: (page: PageId) => Promise<PageRecord>
  readonly findBank: MeWorld["findBank"]
  readonly erase: MeActs["erase"]
}): MeWorld {
  const { means, objects, recordOf, findBank, erase } = given
  const { config, db, vault, pseudonyms, signing, login, now, random, log } = means
  const { publicOrigin, messenger } = config

  /** A Page belongs to one bank for life: where it does not to the visit's, the visit is none of ours. */
  async function chatOf({ page, person, bank }: Whom): Promise<DurableObjectStub<Conversation>> {
    const record = await recordOf(page)
    if (record.bank !== bank)
      throw new Error("Cannot open the pages of a person: their Page is another bank's")
    return conversationOf(objects, record, person)
  }

  return {
    vault,
    login,
    now,
    random,
    log,
    publicOrigin,
    messengerLinkOrigin: messenger.linkOrigin,
    findBank,
    chat: {
      enter: async (whom, entry) => (await chatOf(whom)).enter({ v: 1, entry }),
      ownData: async ({ whom, since }) => (await chatOf(whom)).ownData({ v: 1, whom, since }),
      uses: async ({ whom, since }, before) =>
        (await chatOf(whom)).ownUses({ v: 1, whom, since, ...(before === undefined ? {} : { before }) }),
      everything: async ({ whom, since }) => (await chatOf(whom)).everything({ v: 1, whom, since }),
    },
    async held(visit) {
      await chatOf(visit.whom)
      return readHeld({ db, vault }, visit)
    },
    async isCustomer(id, reference) {
      const link = await findLink(db, id)
      return link?.state === "live" && link.customer === (await pseudonyms.customerOf(link.bank, reference))
    },
    sign: (receipt) => signReceipt(signing, publicOrigin, receipt, Date.now()),
    acts: {
      change: async (whom, link, wish) => (await chatOf(whom)).changeConsent({ v: 1, link, wish }),
      prefer: async (whom, link, preferences) =>
        (await (
          await chatOf(whom)
        ).changeConsent({ v: 1, link, wish: { preferences, bankLogin: false } })) !== undefined,
      async disconnect(whom, link) {
        const before = await (
          await chatOf(whom)
        ).endLink({ v: 1, link, reason: "disconnected", silent: false })
        return before === "live"
      },
      erase,
    },
  }
}
