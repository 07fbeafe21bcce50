// The tree of RFC 6962, section 2.1 (the same in RFC 9162): leaf SHA-256(0x00 ‖ entry), node SHA-256(0x01 ‖ left ‖ right), no leaves
// SHA-256(""). Pure: where the hashes of whole subtrees lie is the caller's business, and they are enough: a root, an inclusion or a
// consistency proof looks up a number of them that grows with the logarithm of the tree.

import { sha256Now } from "../crypto/sha256.ts"

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** 32 bytes. */
export type Hash = Uint8Array<ArrayBuffer>

/** The root of the whole subtree of 2^level leaves that begins at leaf `index * 2^level`. @throws where it is not whole */
export type FindNode = (level: number, index: number) => Hash

/** A node to be stored. */
export interface TreeNode {
  readonly level: number
  readonly index: number
  readonly hash: Hash
}

/** The hash of an entry. */
export function leafHash(entry: Uint8Array): Hash {
  return sha256Now(LEAF, entry)
}

/** Everything that becomes whole with one more leaf, the leaf first.
 * @param size leaves before it */
export function grow(find: FindNode, size: number, leaf: Hash): readonly TreeNode[] {
  let top: TreeNode = { level: 0, index: size, hash: leaf }
  const made = [top]
  while (top.index % 2 === 1) {
    const left = find(top.level, top.index - 1)
    top = { level: top.level + 1, index: (top.index - 1) / 2, hash: nodeHash(left, top.hash) }
    made.push(top)
  }
  return made
}

/** The root over the first `size` leaves. */
export function rootOf(find: FindNode, size: number): Hash {
  return rangeRoot(find, 0, size)
}

/** The path that proves that leaf `index` stands in the first `size`. @throws RangeError */
export function inclusionProof(find: FindNode, index: number, size: number): readonly Hash[] {
  if (!(index >= 0 && index < size)) throw new RangeError("Cannot prove a leaf that is not in the tree")
  const path = (at: number, from: number, to: number): readonly Hash[] => {
    if (to - from === 1) return []
    const middle = from + splitOf(to - from)
    return at < middle
      ? [...path(at, from, middle), rangeRoot(find, middle, to)]
      : [...path(at, middle, to), rangeRoot(find, from, middle)]
  }
  return path(index, 0, size)
}

/** The path that proves that the first `second` leaves begin with the first `first`; empty where both are the same or the first has
 * none. @throws RangeError */
export function consistencyProof(find: FindNode, first: number, second: number): readonly Hash[] {
  if (!(first >= 0 && first <= second)) throw new RangeError("Cannot prove a tree by a smaller one")
  const path = (size: number, from: number, to: number, known: boolean): readonly Hash[] => {
    if (size === to - from) return known ? [] : [rangeRoot(find, from, to)]
    const split = splitOf(to - from)
    return size <= split
      ? [...path(size, from, from + split, known), rangeRoot(find, from + split, to)]
      : [...path(size - split, from + split, to, false), rangeRoot(find, from, from + split)]
  }
  return first === 0 ? [] : path(first, 0, second, true)
}

function nodeHash(left: Hash, right: Hash): Hash {
  return sha256Now(NODE, left, right)
}

/** The root over leaves `from` to before `to`. Ranges come from halving a tree, so that one of 2^n leaves is a whole subtree. */
function rangeRoot(find: FindNode, from: number, to: number): Hash {
  const size = to - from
  if (size === 0) return sha256Now()
  const level = Math.log2(size)
  if (Number.isInteger(level)) return find(level, from / size)
  const middle = from + splitOf(size)
  return nodeHash(rangeRoot(find, from, middle), rangeRoot(find, middle, to))
}

/** The largest power of two below `size`, which is at least 2. */
function splitOf(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1)
}
