// POST /{page-id}/unlink_accounts: the Page ends account linking. No webhook follows; Log Out alone sends one.

import { textOf } from "../json.ts"
import { ok, refuse } from "../result.ts"
import type { Handler } from "./call.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"

/** Unlink a person; success too where nothing was linked. */
export const unlinkAccount: Handler = ({ emulator, page, values }) => {
  const person = emulator.people.find(textOf(values, "psid") ?? "")
  if (person === undefined || person.pageId !== page.id) return refuse(GRAPH_ERRORS.noUser)
  emulator.people.change(person.psid, { linked: false })
  emulator.live.peopleChanged()
  return ok({ result: "unlink account success" })
}
