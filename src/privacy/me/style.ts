// The rules the customer's own pages add to those of the linking pages (links/page-style.ts): rows, a button that is a switch, a list.

/** For `PageFrame.style`. */
export const ME_STYLE = `
.row{display:grid;grid-template-columns:1fr auto;gap:.125rem 1rem;align-items:center;padding:.75rem 0;border-block-start:1px solid var(--line);margin:0}
.row:first-of-type{border-block-start:0}
.row label,.row b{font-weight:650}
.row small{grid-column:1/-1}
.row label{cursor:pointer;padding-block:.5rem}
small{color:var(--soft);font-size:.875rem}
.switch{position:relative;flex:none;width:3.25rem;height:2rem;padding:0;border-radius:1rem;border:2px solid var(--knob);background:var(--card);
font:inherit;color:transparent;overflow:hidden;cursor:pointer}
.switch::before{content:"";position:absolute;inset-block-start:.25rem;inset-inline-start:.25rem;width:1.25rem;height:1.25rem;border-radius:50%;
background:var(--knob)}
.switch[aria-checked=true]{background:var(--accent);border-color:var(--accent)}
.switch[aria-checked=true]::before{inset-inline-start:1.5rem;background:var(--accent-ink)}
.switch[aria-checked=true]::after{content:"";position:absolute;inset-block-start:.5rem;inset-inline-start:1.95rem;width:.35rem;height:.65rem;
border:solid var(--accent);border-width:0 2px 2px 0;transform:rotate(45deg)}
.ways{list-style:none;margin:0;padding:0}
.ways a{display:block;padding:.75rem 0;border-block-start:1px solid var(--line);color:var(--ink);text-decoration:none}
.ways li:first-child a{border-block-start:0}
.ways b{color:var(--accent);font-weight:650;text-decoration:underline;text-underline-offset:.2em}
.ways small{display:block}
.list{list-style:none;margin:1rem 0 0;padding:0}
.list>li{padding:.75rem 0;border-block-start:1px solid var(--line)}
.list b{font-weight:650}
.list p{margin:.125rem 0}
time,.when{color:var(--soft);font-size:.875rem;font-variant-numeric:tabular-nums}
dl{margin:0}dt{color:var(--soft);font-size:.875rem;margin-block-start:.625rem}dd{margin:0}
.end form{margin:0}
.grave{color:var(--grave)}
.foot{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;justify-content:space-between;margin-block-start:1.5rem;
padding-block-start:.75rem;border-block-start:1px solid var(--line)}
.foot form{margin:0}
.plain{border:0;background:none;padding:.75rem 0;font:inherit;color:var(--accent);text-decoration:underline;text-underline-offset:.2em;cursor:pointer}
a.plain{display:inline-block}
.done{background:var(--tint);border:1px solid var(--line);border-radius:.875rem;padding:.75rem 1rem;margin:1rem 0}
[hidden]{display:none!important}
.settings h2{margin-block-start:2rem}
.check{display:grid;grid-template-columns:1fr auto;gap:1rem;align-items:center;padding:.625rem 0;min-height:3.25rem;font-weight:600;cursor:pointer;
border-block-start:1px solid var(--line)}
h2+.check{border-block-start:0}
.check bdi+bdi{margin-inline-start:.35em}
.check small{display:block;font-weight:400}
.field{display:grid;gap:.25rem;margin-block:.75rem;min-width:0}
.field label{font-weight:600}
.field input,.field select{width:100%;min-height:3rem;padding:.5rem .75rem;border:1px solid var(--knob);border-radius:.75rem;background:var(--card);
color:var(--ink);font:inherit;font-variant-numeric:tabular-nums}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:0 1rem}
details{margin-block:.5rem;border-block-start:1px solid var(--line)}
summary{padding:.875rem 0;font-weight:600;color:var(--accent);cursor:pointer}
.danger{background:var(--grave);color:var(--card)}
.danger:hover,.danger:active{background:var(--grave-press)}
:root{--grave:#a3241c;--grave-press:#821a14}
@media (prefers-color-scheme:dark){:root{--grave:#ff9d94;--grave-press:#ffb9b2}}
@media (forced-colors:active){.switch{color:ButtonText;width:auto;padding-inline:.5rem}.switch::before,.switch::after{display:none}}
`
