// The tree against the vectors of transparency-dev/merkle (RFC 6962) and against proofs checked by an implementation of its own, written
// from RFC 9162, 2.1.3.2 and 2.1.4.2, which shares nothing with src/.
import { createHash } from "node:crypto"
import { assert, integer, nat, property, tuple } from "fast-check"
import { describe, expect, it } from "vitest"
import {
  consistencyProof,
  grow,
  inclusionProof,
  leafHash,
  rootOf,
  type Hash,
} from "../../../src/audit/merkle.ts"

/** Leaves of the published vectors, hex. @see transparency-dev/merkle, testonly/constants.go */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
]
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

function tree(entries: readonly Uint8Array[]) {
  const nodes = new Map<string, Hash>()
  const looked = { up: 0 }
  const find = (level: number, index: number) => {
    looked.up += 1
    const hash = nodes.get(`${level}/${index}`)
    if (!hash) throw new Error(`${level}/${index}`)
    return hash
  }
  entries.forEach((entry, size) => {
    for (const { level, index, hash } of grow(find, size, leafHash(entry)))
      nodes.set(`${level}/${index}`, hash)
  })
  return { find, looked }
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => new TextEncoder().encode(`entry ${n}`))
const sha = (...parts: readonly Uint8Array[]) => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}
const node = (left: Uint8Array, right: Uint8Array) => sha(Uint8Array.of(1), left, right)
const same = (left: Uint8Array | undefined, right: Uint8Array | undefined) =>
  left !== undefined && right !== undefined && Buffer.compare(left, right) === 0

/** RFC 9162, 2.1.3.2. */
function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
) {
  let [fn, sn, r] = [index, size - 1, leaf]
  if (index >= size) return false
  for (const p of path) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      r = node(p, r)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1]
    } else r = node(r, p)
    ;[fn, sn] = [fn >> 1, sn >> 1]
  }
  return sn === 0 && same(r, root)
}

/** RFC 9162, 2.1.4.2. */
function isConsistent(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
) {
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot)
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof]
  let [fn, sn] = [first - 1, second - 1]
  while (fn % 2 === 1) [fn, sn] = [fn >> 1, sn >> 1]
  const [start, ...rest] = path
  if (!start) return false
  let [fr, sr] = [start, start]
  for (const c of rest) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = node(c, fr)
      sr = node(c, sr)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1]
    } else sr = node(sr, c)
    ;[fn, sn] = [fn >> 1, sn >> 1]
  }
  return sn === 0 && same(fr, firstRoot) && same(sr, secondRoot)
}

describe("the tree of an audit log", () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))(
    "has the published root at %i leaves",
    (size, root) => {
      const { find } = tree(LEAVES.slice(0, size).map((leaf) => Uint8Array.fromHex(leaf)))
      expect(rootOf(find, size).toHex()).toBe(root)
    },
  )

  it("remembers each root it had, whatever was appended since", () => {
    const { find } = tree(LEAVES.map((leaf) => Uint8Array.fromHex(leaf)))
    for (const [size, root] of ROOTS.entries()) expect(rootOf(find, size).toHex()).toBe(root)
  })

  it("proves every leaf of every size to somebody else's verifier, and no other leaf or place", () => {
    const entries = numbered(40)
    const { find } = tree(entries)
    for (let size = 1; size <= entries.length; size++)
      for (let index = 0; index < size; index++) {
        const leaf = leafHash(entries[index] ?? new Uint8Array())
        const path = inclusionProof(find, index, size)
        const root = rootOf(find, size)
        expect(isIncluded(leaf, index, size, path, root)).toBe(true)
        expect(isIncluded(leafHash(Uint8Array.of(9)), index, size, path, root)).toBe(false)
        if (size > 1) expect(isIncluded(leaf, (index + 1) % size, size, path, root)).toBe(false)
      }
  })

  it("proves every growth to somebody else's verifier, and no rewriting", () => {
    const entries = numbered(40)
    const { find } = tree(entries)
    const forged = tree(entries.with(3, Uint8Array.of(7)))
    for (let second = 1; second <= entries.length; second++)
      for (let first = 1; first <= second; first++) {
        const proof = consistencyProof(find, first, second)
        const roots = [rootOf(find, first), rootOf(find, second)] as const
        expect(isConsistent(first, second, ...roots, proof)).toBe(true)
        if (first > 3)
          expect(isConsistent(first, second, rootOf(forged.find, first), roots[1], proof)).toBe(false)
      }
    expect(consistencyProof(find, 0, 5)).toEqual([])
  })

  it("looks up as many nodes as the logarithm of its size asks for", () => {
    const { find, looked } = tree(numbered(5_000))
    const cost = (run: () => unknown) => {
      looked.up = 0
      run()
      return looked.up
    }
    const logarithm = Math.ceil(Math.log2(5_000))
    assert(
      property(tuple(integer({ min: 1, max: 5_000 }), nat()), ([size, at]) => {
        expect(cost(() => rootOf(find, size))).toBeLessThanOrEqual(logarithm)
        expect(cost(() => inclusionProof(find, at % size, size))).toBeLessThanOrEqual(2 * logarithm)
        expect(cost(() => consistencyProof(find, at % size, size))).toBeLessThanOrEqual(2 * logarithm)
      }),
    )
  })

  it("refuses what lies outside it", () => {
    const { find } = tree(numbered(5))
    expect(() => inclusionProof(find, 5, 5)).toThrow(RangeError)
    expect(() => inclusionProof(find, -1, 5)).toThrow(RangeError)
    expect(() => inclusionProof(find, Number.NaN, 5)).toThrow(RangeError)
    expect(() => consistencyProof(find, 6, 5)).toThrow(RangeError)
  })
})
