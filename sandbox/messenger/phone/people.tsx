// Who may hold the phone: the list in the switcher, and a person's face.

import type { FC } from "hono/jsx"
import type { Emulator } from "../emulator.ts"
import type { Person } from "../people/person-store.ts"
import { LOCALES } from "./words.ts"

const HUES = 6
const LISTED_MAX = 40
const REGIONS = { europe: "Europe", japan: "Japan" } as const

/** Initials on one of six colours; the same name always has the same. */
export const Initials: FC<{ name: string }> = ({ name }) => {
  const hue = Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES
  return <span class={`initials hue-${hue}`} data-initials={initialsOf(name)} aria-hidden="true" />
}

/** A person's face. */
export const Face: FC<{ person: Person }> = ({ person }) => <Initials name={person.name} />

/** The people of the sandbox as links, the current one marked. */
export const PeopleList: FC<{ emulator: Emulator; current: string }> = ({ emulator, current }) => (
  <ul class="people">
    {emulator.people.recent(LISTED_MAX).map((person) => {
      const unread = person.psid === current ? 0 : emulator.thread.unread(person.psid)
      return (
        <li>
          <a
            href={`/?person=${person.psid}`}
            {...(person.psid === current ? { "aria-current": "true" } : {})}
          >
            <Face person={person} />
            <span class="listed">
              <span class="listed-name" dir="auto">
                {person.name}
              </span>
              <span class="listed-more">
                {LOCALES.find(([locale]) => locale === person.locale)?.[1] ?? person.locale}
                {person.region === undefined ? "" : ` · ${REGIONS[person.region]}`}
                {person.linked ? " · linked" : ""}
                {person.blocked ? " · has blocked the Page" : ""}
              </span>
            </span>
            {unread === 0 ? null : (
              <span class="unread">
                {unread}
                <span class="hidden"> unread</span>
              </span>
            )}
          </a>
        </li>
      )
    })}
  </ul>
)

/** One or two letters for a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return letters
    .map((word) => (word === undefined ? "" : (Array.from(word)[0] ?? "")))
    .join("")
    .toUpperCase()
}
