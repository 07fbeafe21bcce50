// The bank's acts as a Conversation calls them: the customer's own means to call (links/bank-access.ts), put to what a bank lets us do
// (banks/actions.ts). Decides nothing. Given to a Person by the object's shell.

import { answerFraudCase, createStepUp, freezeCard, listCards, openDispute } from "../banks/actions.ts"
import type { BankRecord } from "../banks/bank.ts"
import type { BankId } from "../foundation/id.ts"
import type { BankAccess } from "../links/bank-access.ts"
import type { PersonWorld } from "./person-world.ts"

/** @param bankOf throws Unready where the directory does not answer */
export function createActs(
  access: Pick<BankAccess, "act">,
  bankOf: (bank: BankId) => Promise<BankRecord>,
): PersonWorld["acts"] {
  return {
    async answerFraudCase(link, reply, signal, id) {
      const bank = await bankOf(id)
      return access.act(bank, link, (call) => answerFraudCase(bank, call, reply, signal))
    },
    async freezeCard(link, request, signal, id) {
      const bank = await bankOf(id)
      return access.act(bank, link, (call) => freezeCard(bank, call, request, signal))
    },
    async createStepUp(link, request, signal, id) {
      const bank = await bankOf(id)
      return access.act(bank, link, (call) => createStepUp(bank, call, request, signal))
    },
    async listCards(link, signal, id) {
      const bank = await bankOf(id)
      return access.act(bank, link, (call) => listCards(bank, call, signal))
    },
    async openDispute(link, request, signal, id) {
      const bank = await bankOf(id)
      return access.act(bank, link, (call) => openDispute(bank, call, request, signal))
    },
  }
}
