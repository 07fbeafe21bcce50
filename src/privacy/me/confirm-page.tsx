// Asked once more before what cannot be taken back: disconnecting, deleting everything.

import { mePagePhrase } from "../../phrases/me-pages.ts"
import { FormToken, renderMePage, Tell, type MeFrame } from "./parts.tsx"

/** @param asksLogin the bank's login comes first: there is a live link whose customer must be the one who deletes */
export function renderConfirmPage(
  frame: MeFrame,
  form: string,
  act: "disconnect" | "delete",
  asksLogin: boolean,
) {
  const { language, bankName: bank } = frame
  return renderMePage(
    frame,
    mePagePhrase(language, `${act}_title`, { bank }),
    <>
      <h1>
        <Tell language={language} phrase={`${act}_title`} values={{ bank }} />
      </h1>
      <p>
        <Tell language={language} phrase={`${act}_lead`} values={{ bank }} />
      </p>
      {asksLogin && (
        <p>
          <Tell language={language} phrase="delete_login" values={{ bank }} />
        </p>
      )}
      <form method="post" action={`/me/${act}`}>
        <FormToken form={form} />
        <div class="actions">
          <button class="button danger" type="submit">
            {mePagePhrase(
              language,
              act === "disconnect"
                ? "disconnect_button"
                : asksLogin
                  ? "delete_button_login"
                  : "delete_button",
            )}
          </button>
          <a class="button quiet" href="/me">
            {mePagePhrase(language, "keep")}
          </a>
        </div>
      </form>
    </>,
  )
}
