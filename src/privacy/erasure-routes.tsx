// `GET /privacy/erasure/{code}`: how far an erasure is. The code is 128 random bits and all it takes: the page names nobody and gives
// nothing but instants. In the person's browser's language. Composed by routes.tsx's neighbours in doors.ts.

import { Hono } from "hono"
import type { BankRecord } from "../banks/bank.ts"
import type { BankId } from "../foundation/id.ts"
import { pageHeaders, type RequestVariables } from "../http/headers.ts"
import { findLanguage, LANGUAGES, type Language } from "../phrases/catalogue.ts"
import type { Erasure } from "./erasure-store.ts"
import { renderErasurePage, renderNoErasurePage } from "./erasure-page.tsx"

/** Judged before D1 is asked. */
const CODE = /^[A-Za-z0-9_-]{22}$/

/** The route, to be mounted at the root. */
export function createErasureRoutes(given: {
  readonly find: (code: string) => Promise<Erasure | undefined>
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
}): Hono<{ Variables: RequestVariables }> {
  const app = new Hono<{ Variables: RequestVariables }>()
  app.get("/privacy/erasure/:code", pageHeaders(), async (context) => {
    const code = context.req.param("code")
    const erasure = CODE.test(code) ? await given.find(code) : undefined
    const bank = erasure && (await given.findBank(erasure.bank))
    const language = chooseLanguage(context.req.header("accept-language"), bank)
    const frame = { language, nonce: context.var.nonce, bankName: bank?.name, brand: bank }
    if (!erasure) return context.html(renderNoErasurePage(frame), 404)
    const { name = erasure.bank, timeZone = "UTC" } = bank ?? {}
    return context.html(renderErasurePage(frame, erasure, { name, timeZone }))
  })
  return app
}

function chooseLanguage(accepted: string | undefined, bank: BankRecord | undefined): Language {
  const wanted = [
    ...(accepted ?? "").split(",").map((each) => each.split(";")[0]?.trim() ?? ""),
    ...(bank?.languages ?? []),
  ]
  return wanted.map(findLanguage).find((language) => language !== undefined) ?? LANGUAGES[0]
}
