// Words of the bank: which language a customer reads, and what the desk says of the gateway's answers.

import { describe, expect, it } from "vitest"
import { sayAnswer } from "../../../sandbox/bank/desk/words.ts"
import { languageOf, WORDS } from "../../../sandbox/bank/pages/words.ts"

const GATEWAY = "http://localhost:8787"

describe("languageOf()", () => {
  it.each([
    ["ar", "en-US", "ar"],
    ["de ar-KW", "en", "ar"],
    [undefined, "fr-FR, ar;q=0.8, en;q=0.5", "ar"],
    [undefined, "de-DE,de;q=0.9", "en"],
    [undefined, undefined, "en"],
    [42, "ar_EG", "ar"],
  ])("for ui_locales %j and Accept-Language %j is %s", (uiLocales, accepted, language) => {
    expect(languageOf(uiLocales, accepted)).toBe(language)
  })
})

describe("WORDS", () => {
  it("say what to do next after every ending, without an exclamation mark, in both languages", () => {
    for (const words of Object.values(WORDS)) {
      const texts = Object.values(words).filter((value) => typeof value === "string")
      expect(words.doNext).toContain("Messenger")
      for (const text of texts) expect(text).not.toContain("!")
    }
  })

  it("count the tries that are left", () => {
    expect(WORDS.en.wrongFactor(1)).toContain("1 try left")
    expect(WORDS.en.wrongFactor(2)).toContain("2 tries left")
    expect(new Set([1, 2, 3].map((left) => WORDS.ar.wrongFactor(left))).size).toBe(3)
  })
})

describe("sayAnswer()", () => {
  it("is good when everything was taken", () => {
    expect(sayAnswer({ status: 202, body: { accepted: 2, rejected: {} } }, 2, GATEWAY)).toMatchObject({
      tone: "good",
    })
  })

  it("is no failure when the gateway names a type it does not know yet", () => {
    const body = {
      accepted: 0,
      rejected: {
        e1: { err: "invalid_request", description: `Unknown event type "bank.receipt.issued.v1"` },
      },
    }
    const said = sayAnswer({ status: 202, body }, 1, GATEWAY)
    expect(said.tone).toBe("plain")
    expect(said.detail).toContain("bank.receipt.issued.v1")
  })

  it("tells a refusal, a busy gateway and a silent one apart", () => {
    expect(sayAnswer({ status: 401, body: { title: "Signature refused" } }, 1, GATEWAY).detail).toContain(
      "Signature refused",
    )
    expect(sayAnswer({ status: 503, body: null }, 1, GATEWAY).detail).toContain("busy")
    expect(sayAnswer({ status: 0, body: null }, 1, GATEWAY).detail).toContain(GATEWAY)
  })
})
