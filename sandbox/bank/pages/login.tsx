// The two pages that prove who is there: user name and password, then the second factor.

import { Page, Problem } from "./layout.tsx"
import type { Frame } from "./layout.tsx"
import { WORDS } from "./words.ts"

type LoginProps = {
  readonly frame: Frame
  readonly client: string
  readonly action: string
  /** tries left after a wrong one */
  readonly left?: number
  readonly userName?: string
}

export function LoginPage({ frame, client, action, left, userName }: LoginProps) {
  const words = WORDS[frame.language]
  const wrong = left !== undefined
  return (
    <Page frame={frame} title={words.loginTitle} step={1}>
      <h1>{words.loginTitle}</h1>
      <p class="lead">{words.loginLead(client)}</p>
      {wrong ? <Problem text={words.wrongLogin(left)} /> : null}
      <form method="post" action={action}>
        <div class="field">
          <label for="username">{words.userName}</label>
          <input
            id="username"
            name="username"
            value={userName ?? ""}
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            dir="ltr"
            required
            aria-invalid={wrong ? "true" : undefined}
            aria-describedby={wrong ? "problem" : undefined}
          />
        </div>
        <div class="field">
          <label for="password">{words.password}</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            dir="ltr"
            required
            aria-invalid={wrong ? "true" : undefined}
            aria-describedby="hint"
          />
        </div>
        <p class="hint" id="hint">
          {words.loginHint}
        </p>
        <button class="button" name="step" value="password">
          {words.next}
        </button>
      </form>
      <WayOut action={action} text={words.wayOut} />
    </Page>
  )
}

type FactorProps = { readonly frame: Frame; readonly action: string; readonly left?: number }

export function FactorPage({ frame, action, left }: FactorProps) {
  const words = WORDS[frame.language]
  const wrong = left !== undefined
  return (
    <Page frame={frame} title={words.factorTitle} step={2}>
      <h1>{words.factorTitle}</h1>
      <p class="lead">{words.factorLead}</p>
      {wrong ? <Problem text={words.wrongFactor(left)} /> : null}
      <form method="post" action={action}>
        <div class="field">
          <label for="code">{words.factorLabel}</label>
          <input
            id="code"
            class="code"
            name="code"
            inputmode="numeric"
            autocomplete="one-time-code"
            maxlength={6}
            required
            autofocus
            aria-invalid={wrong ? "true" : undefined}
            aria-describedby={wrong ? "problem hint" : "hint"}
          />
        </div>
        <p class="hint" id="hint">
          {words.factorHint}
        </p>
        <button class="button" name="step" value="factor">
          {words.next}
        </button>
      </form>
      <WayOut action={action} text={words.wayOut} />
    </Page>
  )
}

/** A form of its own: leaving must not ask for the fields above. */
const WayOut = ({ action, text }: { action: string; text: string }) => (
  <form method="post" action={action} class="leave">
    <button class="link" name="step" value="cancel">
      {text}
    </button>
  </form>
)
