// The frame of every page the pretend Messenger shows, and the headers that go with it. No resource comes from
// elsewhere except pictures that messages name.

import type { FC, PropsWithChildren } from "hono/jsx"

/** What a page may load. The desk of the bank is framed, from this origin only. */
export const contentPolicy = (origin: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' https: data: http://localhost:*",
    "media-src 'self' https: http://localhost:*",
    `connect-src 'self' ${origin.replace(/^http/, "ws")}`,
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ")

/** In this order: later ones rest on the tokens of the first. */
const STYLES = ["phone", "chat", "cards", "composer", "panels", "acts"]

/** A whole page. */
export const Layout: FC<PropsWithChildren<{ title: string; scripts?: boolean }>> = ({
  title,
  scripts,
  children,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta
        name="viewport"
        content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
      />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="icon" href="/avatars/page.svg" type="image/svg+xml" />
      {STYLES.map((name) => (
        <link rel="stylesheet" href={`/${name}.css`} />
      ))}
      {scripts === true ? <script type="module" src="/phone.js" /> : null}
    </head>
    <body>{children}</body>
  </html>
)
