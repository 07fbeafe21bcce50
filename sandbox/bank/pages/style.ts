// The look of the bank: one palette and a few shapes for its login pages and the desk. Light and dark, first
// for 390 px, by logical properties so that right-to-left needs no second sheet. No font or image from outside.

export const PALETTE = `
:root {
  color-scheme: light dark;
  --deep: #06303d; --sea: #0e5a69; --foam: #f2f6f6; --surface: #ffffff; --ink: #0d2530; --soft: #4d626b;
  --line: #d5dfe1; --field: #7d9299; --primary: #0b5261; --on-primary: #ffffff; --primary-hover: #083e4a;
  --tint: #e6f1f2; --beam: #f2b84b; --bad: #a3231b; --bad-tint: #fdeceb; --good: #1b6342; --good-tint: #e7f4ed;
  --focus: #0b7fa0; --shadow: 0 1px 2px rgb(6 48 61 / .08), 0 12px 32px rgb(6 48 61 / .12);
}
@media (prefers-color-scheme: dark) {
  :root {
    --deep: #03161d; --sea: #0a3a47; --foam: #07161c; --surface: #10242c; --ink: #e8f1f3; --soft: #a2b7be;
    --line: #28414a; --field: #6a858e; --primary: #6fcbd6; --on-primary: #04222a; --primary-hover: #93dae2;
    --tint: #17333d; --bad: #ffb0a8; --bad-tint: #3a1c1b; --good: #8ed9b2; --good-tint: #12302a;
    --focus: #8fe0f0; --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 12px 32px rgb(0 0 0 / .35);
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--foam); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif;
}
h1, h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
fieldset { border: 0; min-inline-size: 0; }
legend { padding: 0; }
ul { list-style: none; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.button {
  display: block; inline-size: 100%; min-block-size: 48px; padding: 11px 20px; border-radius: 12px; font-weight: 600;
  border: 1px solid transparent; background: var(--primary); color: var(--on-primary); transition: background .12s;
}
.button:hover { background: var(--primary-hover); }
.button.quiet { background: transparent; color: var(--primary); border-color: var(--field); }
.button.quiet:hover { background: var(--tint); }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`

export const PAGES = `
body { min-block-size: 100vh; min-block-size: 100dvh; display: flex; flex-direction: column; }
.harbour { position: relative; block-size: 148px; background: linear-gradient(160deg, var(--deep), var(--sea)); color: #fff; overflow: hidden; }
.harbour svg.view { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; }
.harbour .wave { fill: var(--foam); }
.brand { position: relative; display: flex; align-items: center; gap: 10px; max-inline-size: 460px; margin: 0 auto; padding: 26px 20px 0; font-weight: 650; font-size: 18px; letter-spacing: .005em; }
.brand svg { inline-size: 34px; block-size: 34px; flex: none; }
main { flex: 1; inline-size: 100%; max-inline-size: 460px; margin: -56px auto 0; padding: 0 16px 24px; position: relative; }
.card { background: var(--surface); border-radius: 20px; box-shadow: var(--shadow); padding: 24px 20px; }
.steps { display: flex; align-items: center; gap: 12px; color: var(--soft); font-size: 14px; margin-block-end: 14px; }
.steps .bars { display: flex; gap: 5px; flex: 1; }
.steps .bars i { flex: 1; block-size: 4px; border-radius: 2px; background: var(--line); }
.steps .bars i.done { background: var(--primary); }
h1 { font-size: 25px; line-height: 1.2; font-weight: 680; letter-spacing: -.012em; text-wrap: balance; }
:lang(ar) h1, :lang(ar) .brand { letter-spacing: 0; }
.home { margin-block: 22px 6px; }
.home .button { text-align: center; text-decoration: none; }
.hint a { color: var(--primary); }
.lead { margin-block-start: 8px; color: var(--soft); text-wrap: pretty; }
form { margin-block-start: 22px; display: grid; gap: 18px; }
.field label { display: block; font-weight: 600; margin-block-end: 6px; }
.field input {
  inline-size: 100%; min-block-size: 50px; padding: 10px 14px; border: 1px solid var(--field); border-radius: 12px;
  background: var(--surface);
}
.field input[aria-invalid=true] { border: 2px solid var(--bad); padding: 9px 13px; }
.field input.code { font-size: 26px; letter-spacing: .42em; text-align: center; font-variant-numeric: tabular-nums; direction: ltr; }
.hint { font-size: 14px; color: var(--soft); }
.problem { background: var(--bad-tint); color: var(--bad); border-radius: 12px; padding: 12px 14px; font-weight: 550; display: flex; gap: 10px; margin-block-start: 18px; }
.problem svg { flex: none; inline-size: 20px; block-size: 20px; margin-block-start: 2px; }
.choices { display: grid; gap: 10px; }
.link { background: none; border: 0; color: var(--primary); text-decoration: underline; text-underline-offset: 3px; padding: 10px; min-block-size: 44px; }
.leave { margin-block-start: 6px; text-align: center; }
h2 { font-size: 15px; font-weight: 650; }
.for { display: flex; gap: 12px; align-items: baseline; padding: 12px 14px; border-radius: 12px; background: var(--tint); }
.for dt { color: var(--soft); } .for dd { font-weight: 600; }
.accounts { display: grid; gap: 8px; margin-block-start: 8px; }
.account { display: grid; grid-template-columns: auto 1fr auto; gap: 2px 10px; align-items: center; align-content: center; padding: 10px 12px; border: 1px solid var(--line); border-radius: 14px; min-block-size: 60px; cursor: pointer; }
.account:hover { background: var(--tint); }
.account:has(input:checked) { border-color: var(--primary); background: var(--tint); box-shadow: inset 0 0 0 1px var(--primary); }
.account:focus-within { outline: 3px solid var(--focus); outline-offset: 2px; }
.account input { inline-size: 22px; block-size: 22px; accent-color: var(--primary); margin: 0; grid-row: span 2; }
.account input:focus-visible { outline: none; }
.account .name { font-weight: 600; } .account .digits { color: var(--soft); font-weight: 450; font-size: 15px; white-space: nowrap; }
.account .amount { font-variant-numeric: tabular-nums; white-space: nowrap; text-align: end; }
.account .more { grid-column: 2 / -1; font-size: 14px; color: var(--soft); }
.sees { display: grid; gap: 8px; margin-block-start: 8px; }
.sees li { display: flex; gap: 10px; }
.sees svg { inline-size: 20px; block-size: 20px; flex: none; margin-block-start: 2px; color: var(--good); }
.terms { border-block-start: 1px solid var(--line); padding-block-start: 16px; display: grid; gap: 10px; }
.terms dl { display: flex; gap: 8px; } .terms dt { color: var(--soft); } .terms dd { font-weight: 600; }
.todo { margin-block-start: 18px; padding: 14px; border-radius: 12px; background: var(--tint); font-weight: 600; }
footer { max-inline-size: 460px; margin: 0 auto; padding: 0 20px 28px; font-size: 13px; color: var(--soft); text-align: center; }
@media (min-width: 700px) {
  .harbour { block-size: 220px; } .brand { padding-block-start: 48px; max-inline-size: 480px; font-size: 20px; }
  main { max-inline-size: 512px; margin-block-start: -96px; } .card { padding: 36px 36px 32px; }
}
`
