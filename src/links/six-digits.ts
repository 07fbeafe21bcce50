// The six digits shown on the page and typed in the chat (P11).

import type { Random } from "../foundation/id.ts"

const CODES = 1_000_000
const DIGITS = 6
const BYTES = 4
/** Draws at or above the largest multiple of a million are thrown away: each code is as likely as any other. */
const DRAW_LIMIT = Math.floor(2 ** (8 * BYTES) / CODES) * CODES

/** Six digits, each of the million equally likely. */
export function createSixDigits(random: Random): string {
  for (;;) {
    const bytes = random(BYTES)
    const draw = new DataView(bytes.buffer, bytes.byteOffset, BYTES).getUint32(0)
    if (draw < DRAW_LIMIT) return String(draw % CODES).padStart(DIGITS, "0")
  }
}
