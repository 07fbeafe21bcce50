// P4: no Grant, no bank data; no Leave, no message. What must not compile stands here under `@ts-expect-error`: the type check fails on a
// line that compiles after all. What goes round the types by a cast is refused at run time.
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { BankRecord } from "../../../src/banks/bank.ts"
import { answer, answerText, Leave, plainText } from "../../../src/conversations/leave.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import type { BankAccess } from "../../../src/links/bank-access.ts"
import { Grant } from "../../../src/links/grant.ts"
import { NOON } from "../../support/person-builders.ts"
import { consent } from "../../support/turn-world.ts"

declare const access: BankAccess
declare const bank: BankRecord
declare const signal: AbortSignal

/** Never called: it is here to be compiled. */
export async function doesNotCompile(): Promise<void> {
  const { link, accounts } = consent()
  const likeAGrant = { purpose: "account_service", link, accounts, showAmounts: true } as const

  // @ts-expect-error something in the form of a grant is none
  await access.balances(bank, likeAGrant, signal)
  // @ts-expect-error nobody else makes one
  await access.balances(bank, new Grant("account_service", link, accounts, true), signal)
  // @ts-expect-error nor is a consent one
  await access.balances(bank, consent(), signal)

  const receipts = Grant.decide(consent(), "receipts", NOON)
  // @ts-expect-error one purpose is not another
  if (receipts.ok) await access.balances(bank, receipts.value, signal)
  const asked = Grant.decide(consent(), "account_service", NOON)
  // @ts-expect-error a decision that may be no is not a grant
  await access.balances(bank, asked, signal)
  if (asked.ok) await access.balances(bank, asked.value, signal)

  // @ts-expect-error nobody else makes a leave
  void new Leave({ kind: "answer" })
  // @ts-expect-error nor is its form one
  const leave: Leave = { need: { kind: "answer" } }
  void leave

  const fromTheBank: string = accounts[0]?.label ?? ""
  // @ts-expect-error an answer holds no text that somebody has not marked as public
  answer({ kind: "text", text: fromTheBank })
  // @ts-expect-error nor do its values
  answerText("en", "stop", { bank: fromTheBank })
  answer({ kind: "text", text: answerText("en", "stop", { bank: plainText("Demo Bank") }) })
}

describe("at run time", () => {
  test("P4: what was not decided here is neither a grant nor a leave", () => {
    const { link, accounts } = consent()
    for (const forged of [
      { purpose: "account_service", link, accounts, showAmounts: true },
      Object.create(Grant.prototype),
      Object.create(Leave.prototype),
      consent(),
      null,
      "grant",
    ]) {
      expect(Grant.isGrant(forged)).toBe(false)
      expect(Leave.isLeave(forged)).toBe(false)
    }
    const grant = Grant.decide(consent(), "fraud_alerts", NOON)
    expect(grant.ok && Grant.isGrant(grant.value)).toBe(true)
    // It does not survive being written down.
    expect(Grant.isGrant(structuredClone(grant.ok ? { ...grant.value } : {}))).toBe(false)
  })

  test("P4: leave is made from the consent of this instant, for the link it was told under", () => {
    const { until, link } = consent()
    const need = { kind: "grant", link, purpose: "fraud_alerts" } as const
    expect(Leave.decide(need, consent(), until - 1).ok).toBe(true)
    expect(Leave.decide(need, consent(), until).ok).toBe(false)
    expect(Leave.decide(need, undefined, NOON).ok).toBe(false)
    expect(Leave.decide({ ...need, link: "link_two" as LinkId }, consent(), NOON).ok).toBe(false)
    expect(Leave.decide({ ...need, purpose: "receipts" }, consent(), NOON).ok).toBe(false)
    expect(Leave.decide({ ...need, account: "acc-9" }, consent(), NOON).ok).toBe(false)
  })

  test("P4: the send of the Graph client is used in one place, tokens are read in one", () => {
    const using = (words: RegExp) =>
      readdirSync("src", { recursive: true, encoding: "utf8" })
        .filter((file) => /\.tsx?$/.test(file) && words.test(readFileSync(join("src", file), "utf8")))
        .toSorted()
    expect(using(/\bgraph\.send\(/)).toEqual(["conversations/conversation-world.ts"])
    expect(using(/\bvoice\.send\(/)).toEqual(["conversations/perform.ts"])
    expect(using(/\bparseTokens\(/)).toEqual(["links/bank-access.ts", "links/link-tokens.ts"])
  })
})
