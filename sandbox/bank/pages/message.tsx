// Pages that end a visit: a login that is over, a request that was not in order. Each says what happened, what
// is safe, and what to do next. oidc-provider shows them too, through renderProviderError.

import type { Configuration, KoaContextWithOIDC } from "oidc-provider"
import { createFrame, Page, pageHeaders, written } from "./layout.tsx"
import type { Frame } from "./layout.tsx"
import { languageOf, WORDS } from "./words.ts"

export type Ending = "expired" | "broken"

export function EndingPage({ frame, ending, detail }: { frame: Frame; ending: Ending; detail?: string }) {
  const words = WORDS[frame.language]
  const [title, text] =
    ending === "expired" ? [words.expiredTitle, words.expiredText] : [words.brokenTitle, words.brokenText]
  return (
    <Page frame={frame} title={title}>
      <h1>{title}</h1>
      <p class="lead">{text}</p>
      <p class="todo">{words.doNext}</p>
      <p class="lead">{words.close}</p>
      {detail === undefined ? null : (
        <p class="hint lead" dir="ltr">
          <code>{detail}</code>
        </p>
      )}
    </Page>
  )
}

/** The page for an error that cannot be sent back to the client, because it is unknown which one it would be. */
export const renderProviderError: NonNullable<Configuration["renderError"]> = async (ctx, out, error) => {
  const context: KoaContextWithOIDC = ctx
  const frame = createFrame(languageOf(context.query["ui_locales"], context.get("accept-language")))
  const over = error.name === "SessionNotFound" || /expired|request_uri/i.test(out.error_description ?? "")
  // The bank's developers see the provider's own words; a customer's next step is above them.
  const detail = over ? undefined : [out.error, out.error_description].filter(Boolean).join(": ")
  context.set(pageHeaders(frame, context.get("x-gateway-origin")))
  context.body = await written(
    <EndingPage
      frame={frame}
      ending={over ? "expired" : "broken"}
      {...(detail === undefined ? {} : { detail })}
    />,
  )
}
