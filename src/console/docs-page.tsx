// The admin API to read: one plain page, no script, nothing from elsewhere. Says what openapi.ts says, from the same tables.

import { ADMIN_BASE, type Operation } from "./api-operations.ts"
import { SCHEMAS, type SchemaName } from "./api-schemas.ts"
import { problemOf } from "./admin-problems.ts"
import { ACTIONS } from "./operator.ts"

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h2 { margin-top: 2.5rem; font-size: 1.1rem; border-top: 1px solid #8886; padding-top: 1.25rem }
code, pre { font: .9em/1.5 ui-monospace, monospace }
pre { background: #8881; padding: .75rem; overflow-x: auto; border-radius: .4rem }
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
        </main>
      </body>
    </html>
  )
  return `<!doctype html>${String(page)}`
}

function OperationSection({ operation }: { readonly operation: Operation }) {
  const refusals = new Map(
    operation.refusals.map((refusal) => [problemOf(refusal).title, problemOf(refusal).status]),
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
        {operation.body ? <Members title="Body" schema={operation.body} /> : null}
        <Members title="Answer" schema={operation.answer.schema} />
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

function Members({ title, schema }: { readonly title: string; readonly schema: SchemaName }) {
  const { properties = {}, required = [] }: Shape = SCHEMAS[schema]
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {Object.keys(properties).map((name, index) => (
          <>
            {index > 0 ? ", " : ""}
            <code>{name}</code>
            {required.includes(name) ? "" : " (optional)"}
          </>
        ))}
      </dd>
    </>
  )
}

interface Shape {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
}
