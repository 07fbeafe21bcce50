// What stands between the chat and the composer: Get Started in an empty chat, the chips of the newest message, and
// the menu. Drawn anew after every message, since chips vanish with the next one.

import type { FC } from "hono/jsx"
import { isOpenableUrl } from "../graph/limits.ts"
import type { Page } from "../graph/page-store.ts"
import { localised } from "../graph/profile-rules.ts"
import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, parseJson, textOf } from "../json.ts"
import { getStartedPayload } from "../people/acting.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import type { Words } from "./words.ts"
import { wordsFor } from "./words.ts"

/** The persistent menu that holds for a person: their own, else the Page's in their language. */
export function menuOf(page: Page, person: Person): JsonObject | undefined {
  const own = person.menu === undefined ? undefined : localised(parseJson(person.menu), person.locale)
  return own ?? localised(page.profile.persistent_menu, person.locale)
}

/** Everything around the composer.
 * @param last the newest thing said, if anything was */
export const Around: FC<{ page: Page; person: Person; last: Said | undefined }> = ({
  page,
  person,
  last,
}) => {
  const words = wordsFor(person.locale)
  return (
    <>
      {last === undefined ? (
        <Start page={page} person={person} words={words} />
      ) : (
        <Chips last={last} words={words} />
      )}
      <Menu items={objectsOf(menuOf(page, person) ?? {}, "call_to_actions")} words={words} />
    </>
  )
}

const Start: FC<{ page: Page; person: Person; words: Words }> = ({ page, person, words }) => {
  const breakers = objectsOf(localised(page.profile.ice_breakers, person.locale) ?? {}, "call_to_actions")
  if (breakers.length > 0) {
    return (
      <div class="breakers" role="group" aria-label={words.choices}>
        {breakers.map((item) => (
          <button
            type="button"
            class="chip"
            data-tap="postback"
            data-payload={textOf(item, "payload") ?? ""}
            dir="auto"
          >
            {textOf(item, "question")}
          </button>
        ))}
      </div>
    )
  }
  return (
    <button type="button" class="start" data-tap="postback" data-payload={getStartedPayload(page.profile)}>
      {words.getStarted}
    </button>
  )
}

const Chips: FC<{ last: Said; words: Words }> = ({ last, words }) => {
  const chips = last.from === "page" ? objectsOf(last.body, "quick_replies") : []
  if (chips.length === 0) return null
  return (
    <div class="chips" role="group" aria-label={words.choices}>
      {chips
        .filter((chip) => chip.content_type === "text")
        .map((chip) => (
          <button
            type="button"
            class="chip"
            data-tap="quick_reply"
            data-payload={String(chip.payload ?? "")}
            dir="auto"
          >
            {textOf(chip, "image_url") === undefined ? null : <img src={textOf(chip, "image_url")} alt="" />}
            {textOf(chip, "title")}
          </button>
        ))}
    </div>
  )
}

const Menu: FC<{ items: readonly JsonObject[]; words: Words }> = ({ items, words }) =>
  items.length === 0 ? null : (
    <div id="menu" class="menu" popover="auto" role="group" aria-label={words.menu}>
      {items.map((item) => {
        const url = textOf(item, "url") ?? ""
        return item.type === "web_url" && isOpenableUrl(url) ? (
          <a class="menu-item" href={url} target="_blank" rel="noopener noreferrer" dir="auto">
            {textOf(item, "title")}
          </a>
        ) : (
          <button
            type="button"
            class="menu-item"
            data-tap="postback"
            data-payload={textOf(item, "payload") ?? ""}
            dir="auto"
          >
            {textOf(item, "title")}
          </button>
        )
      })}
    </div>
  )

/** The greeting of an empty chat, with the person's name in its place. */
export function greetingOf(page: Page, person: Person): string | undefined {
  const entry = localised(page.profile.greeting, person.locale)
  const [first = "", ...rest] = person.name.split(" ")
  return isObject(entry)
    ? textOf(entry, "text")
        ?.replaceAll("{{user_first_name}}", first)
        .replaceAll("{{user_last_name}}", rest.join(" "))
        .replaceAll("{{user_full_name}}", person.name)
    : undefined
}
