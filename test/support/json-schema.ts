// Holding a JSON value against a schema of our own description: the keywords that description uses, and no others. Stricter than the
// standard where a description should be: a member that is not described is a fault. Not for src/.

type Schema = Readonly<Record<string, unknown>>

/** Everything that is said of a value without judging it. */
const SPOKEN = new Set(["description", "examples", "default", "writeOnly", "readOnly", "title"])
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** What of a value a schema does not allow, by path; empty where all is well. @throws Error for a keyword not known here */
export function faultsOf(
  value: unknown,
  schema: Schema,
  schemas: Readonly<Record<string, unknown>>,
  path = "$",
): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (SPOKEN.has(keyword)) return []
    const judge = KEYWORDS[keyword]
    if (!judge) throw new Error(`Cannot judge by "${keyword}" at ${path}`)
    return judge(
      value,
      rule,
      schema,
      (inner, innerSchema, step) => faultsOf(inner, innerSchema, schemas, path + step),
      schemas,
    ).map((fault) => (fault.includes("$") ? fault : `${path} ${fault}`))
  })
}

type Inner = (value: unknown, schema: Schema, step: string) => readonly string[]
type Judge = (
  value: unknown,
  rule: unknown,
  schema: Schema,
  inner: Inner,
  schemas: Readonly<Record<string, unknown>>,
) => readonly string[]

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
}

const says = (holds: boolean, fault: string) => (holds ? [] : [fault])
const membersOf = (value: unknown) => Object.entries((TYPES["object"]?.(value) ? value : {}) as object)
const textOf = (value: unknown) => (typeof value === "string" ? value : undefined)

const KEYWORDS: Readonly<Record<string, Judge>> = {
  $ref(value, rule, _, inner, schemas) {
    const name = String(rule).split("/").at(-1) ?? ""
    const found = schemas[name]
    if (!found) throw new Error(`Cannot find the schema "${name}"`)
    return inner(value, found as Schema, "")
  },
  type: (value, rule) =>
    says(
      [rule].flat().some((type) => TYPES[String(type)]?.(value)),
      `is no ${[rule].flat().join(" or ")}`,
    ),
  const: (value, rule) => says(value === rule, `is not ${String(rule)}`),
  enum: (value, rule) => says((rule as readonly unknown[]).includes(value), "is none of those listed"),
  pattern: (value, rule) =>
    says(
      textOf(value) === undefined || new RegExp(String(rule), "u").test(String(value)),
      "has another form",
    ),
  format(value, rule) {
    const text = textOf(value)
    if (text === undefined) return []
    return says(rule === "date-time" ? DATE_TIME.test(text) : URL.canParse(text), `is no ${String(rule)}`)
  },
  minLength: (value, rule) =>
    says((textOf(value) ?? "x".repeat(Number(rule))).length >= Number(rule), "is too short"),
  maxLength: (value, rule) => says((textOf(value) ?? "").length <= Number(rule), "is too long"),
  minimum: (value, rule) => says(typeof value !== "number" || value >= Number(rule), "is too small"),
  maximum: (value, rule) => says(typeof value !== "number" || value <= Number(rule), "is too large"),
  minItems: (value, rule) => says(!Array.isArray(value) || value.length >= Number(rule), "has too few"),
  maxItems: (value, rule) => says(!Array.isArray(value) || value.length <= Number(rule), "has too many"),
  items: (value, rule, _, inner) =>
    (Array.isArray(value) ? value : []).flatMap((each, index) => inner(each, rule as Schema, `[${index}]`)),
  required: (value, rule) =>
    (rule as readonly string[])
      .filter((name) => TYPES["object"]?.(value) && !Object.hasOwn(value as object, name))
      .map((name) => `lacks ${name}`),
  properties: (value, rule, schema, inner) =>
    membersOf(value).flatMap(([name, member]) => {
      const described = (rule as Readonly<Record<string, Schema | undefined>>)[name]
      if (described) return inner(member, described, `.${name}`)
      return schema["additionalProperties"] === undefined ? [`has ${name}, which is not described`] : []
    }),
  additionalProperties: (value, rule, schema, inner) =>
    typeof rule !== "object" || rule === null
      ? []
      : membersOf(value)
          .filter(([name]) => !Object.hasOwn((schema["properties"] ?? {}) as object, name))
          .flatMap(([name, member]) => inner(member, rule as Schema, `.${name}`)),
  oneOf: (value, rule, _, inner) => {
    const all = (rule as readonly Schema[]).map((each) => inner(value, each, ""))
    return all.some((faults) => faults.length === 0) ? [] : (all[0] ?? [])
  },
  anyOf: (value, rule, _, inner) => {
    const all = (rule as readonly Schema[]).map((each) => inner(value, each, ""))
    return all.some((faults) => faults.length === 0) ? [] : (all[0] ?? [])
  },
}
