// News of a wish for a person: an agent joined, wrote, left; the line knows, or does not answer. Pure. What agents may do is desk-acts.ts,
// the line is told by desk-settling.ts, what the person says meanwhile is human.ts.

import type { LinePlace } from "../../support/line-store.ts"
import {
  ended,
  logged,
  taken,
  told as toldOf,
  type Desk,
  type DeskNews,
  type DeskWord,
} from "../desk-state.ts"
import { byPerson, plainText } from "../leave.ts"
import type { State } from "../state.ts"
import { turnOf, type Turn, type TurnContext } from "../turn-context.ts"
import { bankName } from "./choices.ts"
import { joinedWords, keptWords, leftWords, placeWords, waitingWords, withCall } from "./desk-words.ts"

/** News of the wish: an agent acted, the line knows, the line does not answer. */
export function hearDesk(state: State, act: DeskNews, context: TurnContext): Turn {
  const { desk } = state
  if (!desk) return turnOf(state)
  if (act.kind === "told") return hearTold(state, desk, act, context)
  if (state.erasing) return turnOf(state)
  const bank = bankName(context)
  switch (act.kind) {
    case "claimed": {
      const { draft: _, persona: __, ...rest } = desk
      const { name, persona } = act
      const claimed: State = {
        ...state,
        desk: {
          ...toldOf(rest, { kind: "join" }),
          phase: "with_person",
          agent: name,
          ...(persona === undefined ? {} : { persona }),
        },
      }
      const again = desk.phase === "with_person" && desk.agent === act.name
      return turnOf(claimed, again ? [] : [joinedWords(state, act.name, context)], { urgent: true })
    }
    case "said": {
      if (desk.phase !== "with_person" || desk.said.includes(act.id)) return turnOf(state)
      const { draft: _, ...rest } = desk
      const name = desk.agent ?? ""
      const next = taken(logged(rest, { at: context.now, from: "agent", text: act.text, name }), act.id)
      return sayOrHold({ ...state, desk: next }, act, context)
    }
    case "again": {
      if (desk.phase !== "with_person") return turnOf(state)
      const { persona: _, ...rest } = desk
      return sayOrHold({ ...state, desk: rest }, act, context)
    }
    case "noted":
      return turnOf({
        ...state,
        desk: logged(desk, { at: context.now, from: "note", text: act.text, name: desk.agent ?? "" }),
      })
    case "drafted":
      return turnOf({ ...state, desk: { ...desk, draft: act.text } })
    case "returned": {
      if (desk.phase !== "with_person") return turnOf(state)
      const values = { name: plainText(desk.agent ?? ""), bank, place: act.place }
      const waiting: State = { ...state, desk: { ...desk, phase: "waiting" } }
      return turnOf(waiting, [withCall(state, context, "desk_returned", values)], { urgent: true })
    }
    case "closed":
      return turnOf({ ...state, desk: ended(desk, { kind: "left" }) }, [leftWords(state, desk)], {
        urgent: true,
      })
    case "outage":
      return desk.phase === "waiting" || desk.phase === "joining"
        ? turnOf(state, [withCall(state, context, "desk_outage", { bank })], { urgent: true })
        : turnOf(state)
    case "unreached":
      return hearUnreached(state, desk, context)
  }
}

/** An agent's words go, or wait for the window: that they wait is said once. */
function sayOrHold(
  state: State,
  { text, held }: { readonly text: string; readonly held: boolean },
  context: TurnContext,
): Turn {
  const { desk } = state
  if (!desk || !held) return turnOf(state, [byPerson(text, desk?.persona)], { urgent: true })
  const waits: State = { ...state, desk: { ...desk, held: [...(desk.held ?? []), text] } }
  return turnOf(waits, desk.held?.length ? [] : [waitingWords(state, context)], { urgent: true })
}

/** The line, or the platform, has been told. */
function hearTold(
  state: State,
  desk: Desk,
  { word, place }: { readonly word: DeskWord; readonly place?: LinePlace },
  context: TurnContext,
): Turn {
  const { unreached: _, ...known } = toldOf(desk, word)
  const next: State = { ...state, desk: known }
  if (word.kind === "hand_over")
    return turnOf({ ...next, thread: { v: 1, holder: "other", at: context.now } })
  if (word.kind !== "join" || (desk.phase !== "joining" && desk.phase !== "waiting")) return turnOf(next)
  const waiting: State = { ...next, desk: { ...known, phase: "waiting" } }
  const words =
    desk.kind === "message" ? keptWords(state, context) : placeWords(state, place ?? { place: 1 }, context)
  return turnOf(waiting, [words], { urgent: true })
}

/** The line does not answer: said once, tried on. */
function hearUnreached(state: State, desk: Desk, context: TurnContext): Turn {
  if (desk.unreached) return turnOf(state)
  const bank = bankName(context)
  const next: State = { ...state, desk: { ...desk, unreached: true } }
  const waits = desk.owed.some(({ kind }) => kind === "join" || kind === "hand_over")
  return turnOf(next, waits ? [withCall(state, context, "desk_unreached", { bank })] : [], { urgent: true })
}
