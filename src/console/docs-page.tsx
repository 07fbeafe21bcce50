// The admin API to read: one plain page, no script, nothing from elsewhere. Says what openapi.ts says, from the same tables.

import { ADMIN_BASE, type Operation } from "./api-operations.ts"
import { SCHEMAS, type SchemaName } from "./api-schemas.ts"
import { problemOf } from "./admin-problems.ts"
import { ACTIONS } from "./operator.ts"

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h2 { margin-top: 2.5rem; font-size: 1.1rem; border-top: 1px solid #8886; padding-top: 1.25rem }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0 }
dt { font-weight: 600 } dd { margin: 0 }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } }
`

/** The page as HTML. */
export function renderDocs(operations: readonly Operation[], nonce: string): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Tellerline admin API</title>
        <style nonce={nonce}>{STYLE}</style>
      </head>
      <body>
        <main>
          <h1>Tellerline admin API</h1>
          <p>
            For people who run the gateway. The same for machines: <a href="/openapi.json">openapi.json</a>.
            On a terminal: <code>tellerline --help</code>.
          </p>
          <p>
            Come with an admin key (<code>Authorization: Bearer …</code>) or through Cloudflare Access. Each
            act needs a reason, as the member <code>reason</code> or the header <code>Tellerline-Reason</code>
            , and stands in the audit trail under your name. What belongs to a bank you hold no role for
            answers 404.
          </p>
          {operations.map((operation) => (
            <OperationSection operation={operation} />
          ))}
          {schemasOf(operations).map((name) => (
            <SchemaSection name={name} />
          ))}
        </main>
      </body>
    </html>
  )
  return `<!doctype html>${String(page)}`
}

/** The schemas operations name, each once, and the form of every refusal. */
function schemasOf(operations: readonly Operation[]): readonly SchemaName[] {
  const named = operations.flatMap(({ body, answer }) => (body ? [body, answer.schema] : [answer.schema]))
  return [...new Set<SchemaName>([...named, "Problem"])]
}

function OperationSection({ operation }: { readonly operation: Operation }) {
  const refusals = new Map(
    operation.refusals.map(problemOf).map(({ title, status }) => [title, status] as const),
  )
  return (
    <section>
      <h2 id={operation.id}>
        <code>
          {operation.method.toUpperCase()} {ADMIN_BASE + operation.path}
        </code>
      </h2>
      <p>{operation.summary}.</p>
      <dl>
        <dt>Roles</dt>
        <dd>{ACTIONS[operation.action].join(", ")}</dd>
        {(operation.query ?? []).map((query) => (
          <>
            <dt>
              <code>?{query.name}=</code>
            </dt>
            <dd>{query.description}</dd>
          </>
        ))}
        {operation.body ? (
          <>
            <dt>Body</dt>
            <dd>
              <SchemaLink name={operation.body} />
            </dd>
          </>
        ) : null}
        <dt>200</dt>
        <dd>
          <Answer {...operation.answer} />
        </dd>
        {[...refusals].map(([title, status]) => (
          <>
            <dt>{status}</dt>
            <dd>{title}</dd>
          </>
        ))}
      </dl>
    </section>
  )
}

function Answer({ schema, list, member }: Operation["answer"]) {
  if (list)
    return (
      <>
        <code>{list}</code>, a list of <SchemaLink name={schema} />
      </>
    )
  return (
    <>
      {member ? <code>{member}</code> : null}
      {member ? ", a " : null}
      <SchemaLink name={schema} />
    </>
  )
}

function SchemaLink({ name }: { readonly name: SchemaName }) {
  return <a href={`#${name}`}>{name}</a>
}

function SchemaSection({ name }: { readonly name: SchemaName }) {
  const { properties = {}, required = [], description }: Shape = SCHEMAS[name]
  return (
    <section>
      <h2 id={name}>{name}</h2>
      {description ? <p>{description}.</p> : null}
      <dl>
        {Object.entries(properties).map(([member, shape]) => (
          <>
            <dt>
              <code>{member}</code>
            </dt>
            <dd>
              {[
                describe(shape),
                ...(shape.description ? [shape.description] : []),
                ...(required.includes(member) ? [] : ["optional"]),
              ].join("; ")}
            </dd>
          </>
        ))}
      </dl>
    </section>
  )
}

function describe({ type, enum: values, const: value, default: otherwise }: Member): string {
  const kind = values ? values.join(" | ") : value === undefined ? (type ?? "") : JSON.stringify(value)
  return otherwise === undefined ? kind : `${kind}, else ${JSON.stringify(otherwise)}`
}

interface Shape {
  readonly properties?: Readonly<Record<string, Member>>
  readonly required?: readonly string[]
  readonly description?: string
}

interface Member {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
}
