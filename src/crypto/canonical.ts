// JSON in the one form that is hashed and signed (RFC 8785): members sorted by name at every depth, no white space. Reduced to what
// our records hold: texts, whole numbers, booleans, null, lists and objects of these.

/** JSON with members sorted by name; a member without value is left out.
 * @throws TypeError for a number that is not whole: its text would depend on the writer */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`
  }
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new TypeError("Cannot write a number that is not whole into a record")
  return JSON.stringify(value)
}
