// The look of the desk: the bank's palette, laid out for a panel beside the phone as well as for 390 px alone.

export const DESK = `
html { scroll-padding-block-start: 150px; }
body { min-block-size: 100vh; container-type: inline-size; }
.top { background: linear-gradient(160deg, var(--deep), var(--sea)); color: #fff; padding: 14px 20px; display: flex; gap: 12px; align-items: center; }
.top svg { inline-size: 34px; block-size: 34px; flex: none; }
.top h1 { font-size: 17px; font-weight: 680; line-height: 1.25; }
.top p { font-size: 14px; color: #cfe3e7; line-height: 1.35; }
main { max-inline-size: 860px; margin: 0 auto; padding: 16px 16px 40px; display: grid; gap: 16px; }
h2 { font-size: 16px; font-weight: 680; }
.hint { font-size: 14px; color: var(--soft); text-wrap: pretty; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: 16px; display: grid; gap: 12px; align-content: start; }
.people { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; background: var(--tint); padding: 5px; border-radius: 14px; }
.people a { display: flex; align-items: center; justify-content: center; gap: 8px; min-block-size: 44px; border-radius: 10px; text-decoration: none; color: var(--ink); font-weight: 600; }
.people a:hover { background: var(--surface); }
.people a[aria-current] { background: var(--surface); box-shadow: 0 1px 3px rgb(0 0 0 / .18); color: var(--primary); }
.people i { inline-size: 26px; block-size: 26px; border-radius: 50%; display: grid; place-items: center; background: var(--primary); color: var(--on-primary); font: 650 13px/1 system-ui, sans-serif; }
.books { display: grid; gap: 6px; }
.books a { display: grid; grid-template-columns: 1fr auto; gap: 0 12px; align-items: baseline; padding: 9px 12px; min-block-size: 44px; border: 1px solid var(--line); border-radius: 12px; text-decoration: none; color: var(--ink); }
.books a:hover { background: var(--tint); }
.books a[aria-current] { border-color: var(--primary); background: var(--tint); box-shadow: inset 0 0 0 1px var(--primary); }
.books .name { font-weight: 600; } .digits { color: var(--soft); font-weight: 450; font-size: 14px; white-space: nowrap; }
.books .amount { text-align: end; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.books .more { font-size: 13px; color: var(--soft); } .books .more:last-child { text-align: end; }
.acts .panel { margin-block-end: 16px; break-inside: avoid; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) 108px; gap: 8px; }
label.field, .field { display: grid; gap: 4px; font-size: 14px; font-weight: 600; align-content: start; }
.field input { font-weight: 400; font-size: 16px; inline-size: 100%; min-block-size: 44px; padding: 8px 10px; border: 1px solid var(--field); border-radius: 10px; background: var(--surface); }
.field input[name=amount] { text-align: end; font-variant-numeric: tabular-nums; }
form { display: grid; gap: 12px; }
.button { min-block-size: 44px; padding: 9px 16px; border-radius: 10px; }
.button[aria-busy=true] { opacity: .65; }
.button:disabled { background: var(--line); color: var(--soft); cursor: not-allowed; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; } .pair .button { padding-inline: 6px; }
.wrong { color: var(--bad); background: var(--bad-tint); border-radius: 10px; padding: 9px 12px; font-size: 14px; font-weight: 550; }
.choice { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; }
.choice button { min-block-size: 44px; border-radius: 10px; border: 1px solid var(--field); background: transparent; font-size: 15px; line-height: 1.2; }
.choice button:hover { background: var(--tint); }
.choice button[aria-pressed=true] { background: var(--primary); color: var(--on-primary); border-color: var(--primary); font-weight: 650; }
.tick { display: flex; gap: 10px; align-items: center; font-size: 15px; min-block-size: 32px; }
.tick input { inline-size: 20px; block-size: 20px; accent-color: var(--primary); margin: 0; flex: none; }
.split { display: flex; align-items: center; justify-content: space-between; gap: 12px; }
.split .button { inline-size: auto; }
.log { position: sticky; inset-block-start: 8px; z-index: 2; gap: 0; padding: 12px 16px; max-block-size: 60vh; overflow: auto; box-shadow: var(--shadow); }
.line { display: grid; grid-template-columns: auto 1fr auto; gap: 0 10px; padding: 4px 0; }
.line .title { font-weight: 600; overflow-wrap: anywhere; }
.line time { font-size: 13px; line-height: 24px; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.line p { grid-column: 2 / -1; font-size: 14px; line-height: 1.4; color: var(--soft); overflow-wrap: anywhere; }
.line svg { inline-size: 18px; block-size: 18px; margin-block-start: 4px; }
.line .good { color: var(--good); } .line .bad { color: var(--bad); } .line .plain { color: var(--soft); }
details .line { border-block-start: 1px solid var(--line); padding: 8px 0; } details .line:first-of-type { border: 0; }
summary { cursor: pointer; font-size: 14px; font-weight: 600; color: var(--primary); min-block-size: 28px; padding-block-start: 4px; margin-inline-start: 28px; }
.cases { display: grid; gap: 8px; font-size: 14px; }
.cases li { display: flex; align-items: center; flex-wrap: wrap; gap: 2px 10px; justify-content: space-between; }
.cases b { font-weight: 600; }
.badge { font-size: 13px; font-weight: 600; padding: 2px 9px; border-radius: 99px; background: var(--tint); white-space: nowrap; }
.badge.bad { background: var(--bad-tint); color: var(--bad); } .badge.good { background: var(--good-tint); color: var(--good); }
.empty { color: var(--soft); font-size: 14px; }
@container (min-width: 620px) {
  .acts { columns: 2; column-gap: 16px; }
  .books { grid-template-columns: 1fr 1fr; }
  main { padding: 20px 20px 48px; }
}
`
