// The phone: one person's chat with the Page, and beside it, where there is room, the bank's desk.

import type { FC } from "hono/jsx"
import { raw } from "hono/html"
import type { Emulator } from "../emulator.ts"
import type { Page } from "../graph/page-store.ts"
import type { Person } from "../people/person-store.ts"
import { actWordsFor } from "./act-words.ts"
import { ActsMenu, Purpose } from "./acts.tsx"
import { greetingOf } from "./around.tsx"
import { drawAround, drawRows, markOf } from "./draw.tsx"
import { Icon } from "./icons.tsx"
import { Layout } from "./layout.tsx"
import { Face, PeopleList } from "./people.tsx"
import { LOCALES, directionOf, languageTag, wordsFor } from "./words.ts"

/** Rows drawn at first; older ones stay in the thread but not on the page. */
const ROWS_MAX = 300

/** The whole page for one person. */
export const PhonePage: FC<{ emulator: Emulator; page: Page; person: Person }> = ({
  emulator,
  page,
  person,
}) => {
  const words = wordsFor(person.locale)
  const rows = emulator.thread.newest(person.psid, ROWS_MAX)
  const last = emulator.thread.lastSaid(person.psid)
  const acts = actWordsFor(person.locale)
  const around = drawAround(page, person, last)
  const mark = markOf(person, last)
  return (
    <Layout title={`${person.name} · ${page.name}`} scripts>
      <div class="stage">
        <main
          class="phone"
          dir={directionOf(person.locale)}
          lang={languageTag(person.locale)}
          data-person={person.psid}
          data-first-name={person.name.split(" ")[0]}
          data-linked={String(person.linked)}
        >
          <Header page={page} person={person} />
          <Switcher emulator={emulator} person={person} />
          <Story />
          {page.fields.length === 0 ? (
            <p class="alarm" role="alert" dir="ltr" lang="en">
              No webhooks are sent: the app is not subscribed to this Page. POST subscribed_apps switches them
              on.
            </p>
          ) : null}
          <div class="scroll" id="scroll" tabindex={-1}>
            <div class="hero">
              <span class="face huge" aria-hidden="true" />
              <p class="hero-name">{page.name}</p>
              <p class="hero-more" dir="auto">
                {greetingOf(page, person) ?? words.empty}
              </p>
              <button type="button" class="pill hero-play" data-play lang="en" dir="ltr">
                <Icon name="play" />
                Play the story
              </button>
            </div>
            <div
              id="log"
              class="log"
              role="log"
              aria-live="polite"
              aria-label={`${words.conversation} ${page.name}`}
            >
              {raw(drawRows(emulator, page, person, rows, undefined))}
            </div>
            <p id="mark" class="mark" data-state={mark.state} role="status">
              {mark.text}
            </p>
            <div id="typing" class="row page typing" hidden>
              <span class="face" aria-hidden="true" />
              <p class="bubble dots" role="img" aria-label={`${page.name} ${words.typing}`}>
                <i />
                <i />
                <i />
              </p>
            </div>
          </div>
          <button type="button" id="newer" class="newer" hidden>
            {words.newMessages}
          </button>
          <div id="around" class="around">
            {raw(around.html)}
          </div>
          <Purpose words={acts} />
          <form id="composer" class="composer" {...(around.composer ? {} : { "data-disabled": "true" })}>
            <button
              type="button"
              id="menu-button"
              class="icon"
              popovertarget="menu"
              aria-label={words.menu}
              hidden={!around.menu}
            >
              <Icon name="menu" />
            </button>
            <textarea
              id="text"
              name="text"
              rows={1}
              dir="auto"
              maxlength={2000}
              placeholder={words.compose}
              aria-label={words.compose}
              autocomplete="off"
              enterkeyhint="send"
            />
            <button type="submit" class="icon send" aria-label={words.send}>
              <Icon name="send" />
            </button>
          </form>
          <ActsMenu words={acts} />
        </main>
        <section class="desk" aria-label="The bank's desk">
          <iframe id="desk" title="The bank's desk" data-src="/bank/desk" />
        </section>
      </div>
    </Layout>
  )
}

const Header: FC<{ page: Page; person: Person }> = ({ page, person }) => (
  <header class="bar">
    <span class="face large" aria-hidden="true" />
    <div class="bar-names">
      <h1>{page.name}</h1>
      <p>{wordsFor(person.locale).business}</p>
    </div>
    <button
      type="button"
      class="icon play"
      data-play
      aria-label="Play the story"
      title="Play the story: the mission in a minute"
      lang="en"
    >
      <Icon name="play" />
    </button>
    <button
      type="button"
      class="who"
      popovertarget="people"
      aria-label={`Phone of ${person.name}. Switch person`}
      lang="en"
    >
      <Face person={person} />
      <Icon name="down" />
    </button>
  </header>
)

const Switcher: FC<{ emulator: Emulator; person: Person }> = ({ emulator, person }) => (
  <div
    id="people"
    class="switcher"
    popover="auto"
    role="dialog"
    aria-label="Switch person"
    lang="en"
    dir="ltr"
  >
    <h2>Whose phone is this?</h2>
    <div id="people-list">
      <PeopleList emulator={emulator} current={person.psid} />
    </div>
    <form id="new-person" class="new-person">
      <label class="hidden" for="new-name">
        Name
      </label>
      <input
        id="new-name"
        name="name"
        placeholder="Add somebody: a name"
        required
        maxlength={80}
        autocomplete="off"
      />
      <label class="hidden" for="new-locale">
        Language
      </label>
      <select id="new-locale" name="locale">
        {LOCALES.map(([locale, name]) => (
          <option value={locale}>{name}</option>
        ))}
      </select>
      <button type="submit" class="pill solid">
        Add
      </button>
    </form>
    <p class="switcher-more narrow-only">
      <a href="/bank/desk">Open the bank's desk</a>
    </p>
  </div>
)

const Story: FC = () => (
  <section id="story" class="story" lang="en" dir="ltr" aria-label="The story" hidden>
    <p id="story-text" role="status" />
    <div class="story-foot">
      <ol id="story-steps" class="story-steps" aria-hidden="true" />
      <button type="button" id="story-stop" class="quiet">
        Stop
      </button>
    </div>
  </section>
)
