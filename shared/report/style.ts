/** The page's style: one column on a phone, light and dark, and on paper as light. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f4f6fa; --ink: #1a2130; --muted: #556074; --line: #d5dae3;
  --accent: #1657b8; --good: #11693b; --bad: #a61b1b; --bad-paper: #fdeeee; --note-paper: #fff6e0;
  --series-1: #1b66c9; --series-2: #c04a0a; --series-3: #15803d; --series-4: #8a35c0; --series-5: #6f6800;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12161f; --card: #1b212d; --ink: #e8ecf4; --muted: #a3aec0; --line: #343d4d;
    --accent: #8ab8ff; --good: #74d69b; --bad: #ff9c9c; --bad-paper: #3a1b1e; --note-paper: #352b14;
    --series-1: #77adff; --series-2: #ffa066; --series-3: #6fd39b; --series-4: #d49bff; --series-5: #d9d054;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 60rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; max-width: 44rem; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
.muted { color: var(--muted); font-size: .875rem; }
.verdict { margin: 1rem 0; padding: .75rem 1rem; border-left: 4px solid var(--good); background: var(--card); max-width: none; }
.verdict.failed { border-color: var(--bad); background: var(--bad-paper); }
.verdict strong { display: block; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border-radius: .5rem; padding: .6rem .75rem; }
.tiles b { display: block; font-size: 1.35rem; font-weight: 600; line-height: 1.3; }
.tiles span { color: var(--muted); font-size: .875rem; }
.notes { margin: 1rem 0; padding: .75rem 1rem .75rem 2rem; background: var(--note-paper); border-radius: .5rem; }
.notes li + li { margin-top: .35rem; }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; }
code { font: .875em ui-monospace, monospace; }
.scroll { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9375rem; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; overflow-wrap: normal; }
th { font-weight: 600; }
th[scope=row], .text { text-align: left; white-space: normal; overflow-wrap: break-word; min-width: 7rem; max-width: 16rem; }
.confusion th { min-width: 3rem; white-space: normal; overflow-wrap: break-word; max-width: 8rem; }
.confusion th[scope=col] { text-align: center; vertical-align: bottom; }
.confusion td { border: 2px solid var(--paper); text-align: center; min-width: 3rem; background: var(--card); }
.confusion td[style] { background: color-mix(in srgb, var(--cell) calc(12% + var(--share) * 28%), var(--paper)); }
.right { --cell: var(--good); font-weight: 600; }
.wrong { --cell: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; align-items: start; }
figure { margin: 0; max-width: 30rem; min-width: 0; break-inside: avoid; }
.plot { display: block; width: 100%; height: auto; }
.tree, .tree ul { list-style: none; margin: 0; padding: 0; }
.tree ul { margin-left: .45rem; padding-left: .9rem; border-left: 2px solid var(--line); }
.tree li { padding: .15rem 0; }
.tree em { font-style: normal; font-weight: 600; color: var(--accent); }
@media (max-width: 30rem) {
  dl:not(.short) { grid-template-columns: 1fr; gap: 0; }
  dl:not(.short) dd { margin-bottom: .4rem; }
  th, td { padding: .3rem .4rem; }
  th[scope=row], .text { min-width: 6rem; }
  .tree ul { margin-left: .2rem; padding-left: .6rem; }
}
@media print {
  :root { color-scheme: light; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  tr, .tiles li, .verdict, .notes { break-inside: avoid; }
  .scroll { overflow: visible; }
  .plots { grid-template-columns: 1fr 1fr; }
  * { print-color-adjust: exact; }
}
`
