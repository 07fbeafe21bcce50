// The bank's own site as anybody sees it: where a customer at a desktop begins to connect Messenger, and the way to the desk for those who
// play the bank.

import { Hono } from "hono"
import type { BankContext } from "../env.ts"
import type { Frame } from "./layout.tsx"
import { createFrame, Page, pageHeaders, written } from "./layout.tsx"
import { languageOf, WORDS } from "./words.ts"

export const homeRoutes = new Hono<BankContext>()

homeRoutes.get("/", async (c) => {
  const { gateway } = c.var.origins
  const frame = createFrame(languageOf(c.req.query("lang"), c.req.header("accept-language")))
  const connect = `${gateway}/link/demo?lang=${frame.language}`
  const page = await written(<HomePage frame={frame} connect={connect} />)
  return c.body(page, 200, { ...pageHeaders(frame, gateway) })
})

/** Where the gateway's buttons lead: the bank's app, its help, its complaints. */
for (const place of ["app", "help", "complaints"] as const)
  homeRoutes.get(`/${place}`, async (c) => {
    const frame = createFrame(languageOf(c.req.query("lang"), c.req.header("accept-language")))
    const page = await written(<PlacePage frame={frame} place={place} />)
    return c.body(page, 200, { ...pageHeaders(frame, c.var.origins.gateway) })
  })

function PlacePage({ frame, place }: { frame: Frame; place: "app" | "help" | "complaints" }) {
  const { title, text } = WORDS[frame.language].places[place]
  return (
    <Page frame={frame} title={title}>
      <h1>{title}</h1>
      <p class="lead">{text}</p>
      <p class="hint lead">
        <a href="/bank">{WORDS[frame.language].homeTitle}</a>
      </p>
    </Page>
  )
}

/** @param connect the gateway's first page for this bank: opened from here it ends in Messenger by an m.me link */
function HomePage({ frame, connect }: { frame: Frame; connect: string }) {
  const words = WORDS[frame.language]
  return (
    <Page frame={frame} title={words.homeTitle}>
      <h1>{words.homeTitle}</h1>
      <p class="lead">{words.homeText}</p>
      <p class="home">
        <a class="button" href={connect}>
          {words.homeConnect}
        </a>
      </p>
      <p class="hint lead">
        <a href="/bank/desk">{words.homeDesk}</a>
      </p>
    </Page>
  )
}
