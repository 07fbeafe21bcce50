// Who speaks for the Page: the Page itself, or a persona with a name and a face of their own. The picture lies over the
// initials, so that one which does not load leaves a face all the same.

import type { FC } from "hono/jsx"
import type { Persona } from "../graph/persona-store.ts"
import { Initials } from "./people.tsx"

/** The small round face beside a message of the Page. */
export const SpeakerFace: FC<{ persona: Persona | undefined }> = ({ persona }) =>
  persona === undefined ? (
    <span class="face" aria-hidden="true" />
  ) : (
    <span class="face persona" aria-hidden="true">
      <Initials name={persona.name} />
      <img src={persona.picture} alt="" loading="lazy" />
    </span>
  )
