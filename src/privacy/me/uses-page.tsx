// "Who used my data": each time it was read or told, in plain words. From the person's ledger; no amounts, no merchants.

import type { OwnUses, Use } from "../../conversations/own-data.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import { formatDate, formatTime } from "../../phrases/format.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import { Back, renderMePage, Tell, type MeFrame } from "./parts.tsx"

export function renderUsesPage(frame: MeFrame, data: OwnUses | undefined) {
  const { language, bankName: bank } = frame
  const uses = data?.uses ?? []
  const last = uses.at(-1)
  return renderMePage(
    frame,
    mePagePhrase(language, "uses_title"),
    <>
      <h1>{mePagePhrase(language, "uses_title")}</h1>
      <p>
        <Tell language={language} phrase="uses_lead" values={{ bank }} />
      </p>
      {data && !data.whole && (
        <p class="notice">
          <Tell language={language} phrase="uses_broken" values={{ bank }} />
        </p>
      )}
      {data?.whole && uses.length > 0 && <p class="done">{mePagePhrase(language, "uses_whole")}</p>}
      {uses.length === 0 && <p class="done">{mePagePhrase(language, "uses_none")}</p>}
      <ul class="list">
        {uses.map((use) => (
          <UseItem frame={frame} use={use} />
        ))}
      </ul>
      {data?.more && last && (
        <p>
          <a class="plain" href={`/me/uses?before=${last.at}`}>
            {mePagePhrase(language, "uses_more")}
          </a>
        </p>
      )}
      <Back language={language} />
    </>,
  )
}

function UseItem({ frame, use }: { readonly frame: MeFrame; readonly use: Use }) {
  const { language, bankName: bank, timeZone } = frame
  const purpose = linkPagePhrase(language, use.purpose)
  return (
    <li>
      <b>{mePagePhrase(language, `kind_${use.data ?? "other"}`)}</b>
      <p>
        <Tell
          language={language}
          phrase={use.how === "told" ? "use_told" : "use_asked"}
          values={{ bank, purpose }}
        />
      </p>
      <p class="when">
        {formatDate(language, use.at, timeZone)}, {formatTime(language, use.at, timeZone)}
      </p>
    </li>
  )
}
