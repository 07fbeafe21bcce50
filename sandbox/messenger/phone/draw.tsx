// Pieces of the phone page as text, for the first drawing and for what the sockets carry afterwards.

import type { Emulator } from "../emulator.ts"
import type { Page } from "../graph/page-store.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import { Around, menuOf } from "./around.tsx"
import { Row } from "./bubble.tsx"
import type { Drawing } from "./buttons.tsx"
import { PeopleList } from "./people.tsx"
import { SpeakerFace } from "./speaker.tsx"
import { wordsFor } from "./words.ts"

/** Rows of a chat. */
export function drawRows(
  emulator: Emulator,
  page: Page,
  person: Person,
  rows: readonly Said[],
  before: Said | undefined,
): string {
  const drawing: Drawing = {
    words: wordsFor(person.locale),
    locale: person.locale,
    psid: person.psid,
    now: emulator.clock.now(),
    findPersona: (id) => emulator.personas.find(id),
    findSaid: (mid) => emulator.thread.find(person.psid, mid),
  }
  return rows
    .map((said, index) =>
      String(
        <Row
          said={said}
          before={index === 0 ? before : rows[index - 1]}
          pageName={page.name}
          drawing={drawing}
        />,
      ),
    )
    .join("")
}

/** The face of whoever types for the Page. */
export const drawFace = (emulator: Emulator, personaId: string | undefined): string =>
  String(<SpeakerFace persona={personaId === undefined ? undefined : emulator.personas.find(personaId)} />)

/** What stands round the composer, and whether typing is switched off. */
export function drawAround(
  page: Page,
  person: Person,
  last: Said | undefined,
): { html: string; composer: boolean; menu: boolean } {
  const menu = menuOf(page, person)
  return {
    html: String(<Around page={page} person={person} last={last} />),
    composer: menu?.composer_input_disabled !== true,
    menu: Array.isArray(menu?.call_to_actions),
  }
}

/** The list of people, as the person with that id sees it. */
export const drawPeople = (emulator: Emulator, psid: string): string =>
  String(<PeopleList emulator={emulator} current={psid} />)

/** What stands under the person's newest message: how far it came. Nothing once the Page has answered. */
export function markOf(
  person: Person,
  last: Said | undefined,
): { readonly state: string; readonly text: string } {
  if (last?.from !== "person") return { state: "", text: "" }
  const words = wordsFor(person.locale)
  if (person.pageSawAt !== undefined && person.pageSawAt >= last.at)
    return { state: "seen", text: words.seen }
  return last.deliveredAt === undefined
    ? { state: "sent", text: words.sent }
    : { state: "delivered", text: words.delivered }
}
