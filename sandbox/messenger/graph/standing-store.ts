// How each Page stands, kept. Reading and changing the knobs is standing.ts.

import { parseJson } from "../json.ts"
import type { MetaStore } from "../store/meta-store.ts"
import type { Standing } from "./standing.ts"
import { DEFAULT_STANDING } from "./standing.ts"

/** Standings by Page; a Page nobody has turned a knob of stands as by default. */
export class StandingStore {
  readonly #meta: MetaStore

  constructor(meta: MetaStore) {
    this.#meta = meta
  }

  /** How that Page stands. */
  of(pageId: string): Standing {
    const kept = parseJson(this.#meta.find(key(pageId)) ?? "{}") as Partial<Standing>
    return { ...DEFAULT_STANDING, ...kept }
  }

  /** Keep it. */
  put(pageId: string, standing: Standing): void {
    this.#meta.put(key(pageId), JSON.stringify(standing))
  }
}

const key = (pageId: string): string => `standing:${pageId}`
