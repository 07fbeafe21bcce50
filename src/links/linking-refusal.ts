// Why linking did not go on, as one union, and the status each page of it carries. The words are phrases/link-pages.*: every
// reason has three of them (what happened, what is safe, what to do next), and a new reason without them does not compile.

import type { LoginRefusal } from "./bank-refusal.ts"

export type LinkingRefusal =
  | LoginRefusal
  | { readonly reason: "bank_unknown" }
  | { readonly reason: "page_unknown" }
  /** The way back is not Messenger's: we lead nobody elsewhere. */
  | { readonly reason: "redirect_refused" }
  | { readonly reason: "not_same_origin" }
  | { readonly reason: "form_expired" }
  | { readonly reason: "messenger_unreachable" }
  /** No attempt of this browser. */
  | { readonly reason: "other_browser" }
  /** Twenty minutes. */
  | { readonly reason: "attempt_expired" }
  /** Ten minutes. */
  | { readonly reason: "link_expired" }
  | { readonly reason: "link_gone" }
  /** Decided elsewhere meanwhile, or too often. */
  | { readonly reason: "link_changed" }
  | { readonly reason: "nothing_chosen" }
  /** As many chats as the bank allows are linked to this customer. */
  | { readonly reason: "links_full" }
  | { readonly reason: "chat_unreachable" }
  | { readonly reason: "our_fault" }

export type LinkingReason = LinkingRefusal["reason"]

/** The HTTP status of a refusal's page. */
export const REFUSAL_STATUS = {
  bank_unknown: 404,
  page_unknown: 404,
  redirect_refused: 400,
  not_same_origin: 403,
  form_expired: 400,
  messenger_unreachable: 502,
  bank_unreachable: 502,
  bank_misconfigured: 502,
  bank_refused: 502,
  denied: 403,
  issuer_mismatch: 403,
  state_mismatch: 403,
  answer_refused: 403,
  second_factor_missing: 403,
  no_accounts: 403,
  other_browser: 403,
  attempt_expired: 410,
  link_expired: 410,
  link_gone: 410,
  link_changed: 409,
  nothing_chosen: 422,
  links_full: 409,
  chat_unreachable: 502,
  our_fault: 500,
} as const satisfies Readonly<Record<LinkingReason, number>>
