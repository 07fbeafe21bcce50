// The customer_feedback template as a card: one question, one row of scores. Words to a free question are given through
// the control API. Source: reference/messenger-platform.md 5.6.

import { objectsOf, textOf } from "../json.ts"
import { actWordsFor } from "./act-words.ts"
import type { Card } from "./cards.tsx"

/** What each option counts to, from its first score. */
const SCORES: Readonly<Record<string, readonly [number, number]>> = {
  one_to_five: [1, 5],
  five_stars: [1, 5],
  five_emojis: [1, 5],
  one_to_seven: [1, 7],
  zero_to_ten: [0, 10],
}

/** The card. */
export const FeedbackCard: Card = ({ payload, drawing }) => {
  const [question = {}] = objectsOf(objectsOf(payload, "feedback_screens")[0] ?? {}, "questions")
  const [first, last] = SCORES[textOf(question, "score_option") ?? "five_stars"] ?? [1, 5]
  const scores = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  const { outOf } = actWordsFor(drawing.locale)
  return (
    <div class="card">
      <div class="card-head">
        <p class="card-title" dir="auto">
          {textOf(payload, "title")}
        </p>
        <p class="card-subtitle" dir="auto">
          {textOf(question, "title") ?? textOf(payload, "subtitle")}
        </p>
      </div>
      {question.type === "free_form" ? null : (
        <div class="scores" role="group" aria-label={textOf(question, "title")}>
          {scores.map((score) => (
            <button
              type="button"
              class="score"
              data-tap="feedback"
              data-payload={String(score)}
              aria-label={`${score} ${outOf} ${last}`}
            >
              {score}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
