// The look of the linking pages: one small stylesheet, nothing loaded from elsewhere. Sizes are in rem and boxes wrap, so that
// 320 px and 200 % zoom hold; logical properties carry right-to-left; colours pass WCAG AA in light and dark.

import { lighten, mix, type Colours } from "../banks/brand.ts"

/** How much darker, or lighter, a button is under a finger. */
const PRESSED = { light: 0.2, dark: 0.3 }

/** The bank's own colour in place of ours; `bank-record.ts` has seen to it that it can be read. */
export function colourStyle(colours: Colours): string {
  const { light, dark = lighten(light) } = colours
  return `:root{--accent:${light};--accent-ink:#ffffff;--accent-press:${mix(light, "#000000", PRESSED.light)}}
@media (prefers-color-scheme:dark){:root{--accent:${dark};--accent-ink:#06182b;--accent-press:${mix(dark, "#ffffff", PRESSED.dark)}}}`
}

/** The stylesheet, for a `<style>` element with the page's nonce. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:#eef1f5;--card:#fff;--ink:#15202b;--soft:#4d5b69;--line:#d5dce4;--tint:#f3f6fa;
--accent:#0a4f99;--accent-ink:#fff;--accent-press:#083f7b;--knob:#6b7885;--bubble:#e9edf2;--notice:#fff6e0;--notice-ink:#5c4300}
@media (prefers-color-scheme:dark){:root{--ground:#0d131a;--card:#161f29;--ink:#e9eef3;--soft:#a9b6c3;--line:#2e3b48;--tint:#1b2632;
--accent:#86bcf7;--accent-ink:#06182b;--accent-press:#a6cdf9;--knob:#93a1af;--bubble:#25313e;--notice:#33290f;--notice-ink:#f5dfa3}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"Noto Sans Arabic",sans-serif;-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
main{max-width:33rem;margin-inline:auto;padding:1.25rem 1rem 2.5rem}
.brand{display:flex;align-items:center;gap:.75rem;margin:.25rem .25rem 1rem}
.brand svg{flex:none;width:2.25rem;height:2.25rem}
.brand img{flex:none;height:2.25rem;max-width:9rem;object-fit:contain;background:#fff;border-radius:.5rem;padding:.25rem}
.brand b{font-weight:650;letter-spacing:-.01em}
.brand span{display:block;color:var(--soft);font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1.125rem;padding:1.5rem 1.25rem;
box-shadow:0 1px 2px rgb(12 28 48/.05),0 10px 30px -18px rgb(12 28 48/.25)}
h1{margin:0 0 .625rem;font-size:1.5rem;line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
h2{margin:1.75rem 0 .5rem;font-size:.9375rem;color:var(--soft);font-weight:600}
p{margin:.5rem 0}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.steps{list-style:none;margin:1.25rem 0 1.5rem;padding:0;display:grid;gap:1rem;counter-reset:step}
.steps li{display:grid;grid-template-columns:2rem 1fr;gap:.75rem;align-items:start;counter-increment:step}
.steps li::before{content:counter(step);display:grid;place-items:center;width:2rem;height:2rem;border-radius:50%;
background:var(--tint);border:1px solid var(--line);font-weight:650;color:var(--accent)}
.steps span{padding-block-start:.2rem}
.bar{display:flex;gap:.375rem;margin:0 0 1rem}
.bar i{flex:1;height:.25rem;border-radius:1rem;background:var(--line)}
.bar i.done{background:var(--accent)}
.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:3.25rem;padding:.75rem 1.25rem;border-radius:.875rem;
border:1px solid transparent;background:var(--accent);color:var(--accent-ink);font:inherit;font-weight:650;text-align:center;
text-decoration:none;cursor:pointer}
.button:hover,.button:active{background:var(--accent-press)}
.quiet{background:transparent;color:var(--accent);border-color:var(--line)}
.quiet:hover,.quiet:active{background:var(--tint)}
.actions+p,form+p{margin-block-start:1rem}
.actions{display:grid;gap:.625rem;margin-block-start:1.5rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:.5rem}
.accounts{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}
.accounts li{display:flex;gap:.5rem;background:var(--tint);border:1px solid var(--line);border-radius:.75rem;padding:.5rem .75rem;font-weight:600}
.accounts bdi+bdi{color:var(--soft);font-weight:500;font-variant-numeric:tabular-nums}
.switches{margin:0;padding:0;border:0}
.switches>label,.amounts{display:grid;grid-template-columns:1fr auto;gap:.125rem 1rem;align-items:center;padding:.875rem 0;
border-block-start:1px solid var(--line);cursor:pointer}
.switches>label:first-of-type{border-block-start:0}
.switches b{font-weight:650}
.switches q,.switches small,.amounts small{grid-column:1/-1;quotes:none}
.switches q{justify-self:start;background:var(--bubble);border-radius:1rem;border-end-start-radius:.25rem;padding:.5rem .75rem;
margin-block-start:.5rem;font-size:.9375rem;line-height:1.4}
.switches q::before,.switches q::after{content:none}
.switches small,.amounts small{color:var(--soft);font-size:.875rem}
input:disabled{opacity:.45;cursor:not-allowed}
.amounts{border-block-end:1px solid var(--line)}
input[type=checkbox]{appearance:none;position:relative;flex:none;width:3.25rem;height:2rem;margin:0;border-radius:1rem;
border:2px solid var(--knob);background:var(--card);cursor:pointer;transition:background .15s,border-color .15s}
input[type=checkbox]::before{content:"";position:absolute;inset-block-start:.25rem;inset-inline-start:.25rem;width:1.25rem;height:1.25rem;
border-radius:50%;background:var(--knob);transition:inset-inline-start .15s}
input[type=checkbox]:checked{background:var(--accent);border-color:var(--accent)}
input[type=checkbox]:checked::before{inset-inline-start:1.5rem;background:var(--accent-ink)}
input[type=checkbox]:checked::after{content:"";position:absolute;inset-block-start:.5rem;inset-inline-start:1.95rem;width:.35rem;height:.65rem;
border:solid var(--accent);border-width:0 2px 2px 0;transform:rotate(45deg)}
.terms{margin-block-start:1.25rem;padding:1rem;background:var(--tint);border-radius:.875rem;font-size:.9375rem}
.terms p{margin:0 0 .5rem}.terms p:last-child{margin:0;font-weight:600}
.notice{background:var(--notice);color:var(--notice-ink);border-radius:.875rem;padding:.75rem 1rem;margin:1rem 0}
.code{display:flex;justify-content:center;gap:1rem;margin:1.25rem 0 .5rem;padding:1.25rem .5rem;background:var(--tint);
border:1px solid var(--line);border-radius:1rem;font:700 clamp(2.25rem,13vw,3.5rem)/1 ui-monospace,"SF Mono",Menlo,Consolas,monospace;
letter-spacing:.06em;font-variant-numeric:tabular-nums;direction:ltr;user-select:all}
.copy{display:flex;flex-wrap:wrap;justify-content:center;align-items:center;gap:.25rem 1rem}
.plain{min-height:2.75rem;padding:.25rem .75rem;border:0;border-radius:.75rem;background:transparent;color:var(--accent);font:inherit;
font-weight:650;cursor:pointer}
.plain:hover,.plain:active{background:var(--tint)}
.address{padding:.75rem 1rem;background:var(--tint);border:1px solid var(--line);border-radius:.875rem;overflow-wrap:anywhere;user-select:all}
[hidden]{display:none!important}
.sign{display:grid;place-items:center;width:3rem;height:3rem;border-radius:50%;background:var(--tint);border:1px solid var(--line);
color:var(--accent);margin-block-end:1rem}
.sign svg{width:1.5rem;height:1.5rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (min-width:40rem){main{padding-block:3rem}.card{padding:2.25rem 2.25rem}h1{font-size:1.75rem}
.two{grid-template-columns:1fr 1fr}.two .button:first-child{order:2}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
@media (forced-colors:active){input[type=checkbox]{appearance:auto}.button{border-color:ButtonText}}
`
