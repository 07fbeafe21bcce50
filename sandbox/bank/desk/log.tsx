// Two lists of the desk: what was done and what the gateway said, and what customers answered to fraud checks.

import type { FraudCase } from "../store/case-rows.ts"
import type { Activity } from "../store/told-rows.ts"

const BEFORE_SHOWN = 6

/** UTC; the script puts it into the reader's own time. */
const Time = ({ at }: { at: number }) => (
  <time datetime={new Date(at).toISOString()}>{new Date(at).toISOString().slice(11, 16)} UTC</time>
)

/** The newest in full, the ones before it folded away. */
export function ActivityLog({ activities }: { activities: readonly Activity[] }) {
  const [newest, ...before] = activities
  if (!newest)
    return <p class="empty">Nothing yet. Spend something: what the gateway answers appears here.</p>
  return (
    <>
      <Line one={newest} />
      {before.length === 0 ? null : (
        <details id="before">
          <summary id="before-open">Before that</summary>
          {before.slice(0, BEFORE_SHOWN).map((one) => (
            <Line one={one} />
          ))}
        </details>
      )}
    </>
  )
}

const Line = ({ one }: { one: Activity }) => (
  <div class="line">
    <Sign tone={one.tone} />
    <span class="title">{one.title}</span>
    <Time at={one.at} />
    <p>{one.detail}</p>
  </div>
)

const SIGNS = {
  good: ["Accepted", "M5 10.500l3.5 3.5 6.5-8"],
  bad: ["Failed", "M6 6l8 8M14 6l-8 8"],
  plain: ["Note", "M10 9v5M10 6v.1"],
} as const

/** Shape and colour both say it; the word is for those who see neither. */
const Sign = ({ tone }: { tone: Activity["tone"] }) => (
  <svg viewBox="0 0 20 20" class={tone} role="img" aria-label={SIGNS[tone][0]}>
    <circle cx="10" cy="10" r="9" fill="none" stroke="currentColor" stroke-width="1.6" />
    <path
      d={SIGNS[tone][1]}
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
)

export function Cases({ cases }: { cases: readonly FraudCase[] }) {
  if (cases.length === 0) return null
  return (
    <ul class="cases" role="list" aria-label="Cases and their answers">
      {cases.slice(0, 3).map((one) => (
        <li>
          <span>
            Case <b>{one.id}</b>
          </span>
          <AnswerBadge one={one} />
        </li>
      ))}
    </ul>
  )
}

function AnswerBadge({ one }: { one: FraudCase }) {
  if (one.answer === null) return <span class="badge">no answer yet</span>
  return (
    <span class={one.answer === "deny" ? "badge bad" : "badge good"}>
      {one.answer === "deny" ? "“not me”" : "“it was me”"} at <Time at={one.answeredAt ?? 0} />
    </span>
  )
}
