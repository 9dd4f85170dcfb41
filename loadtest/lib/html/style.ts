/** The look of a report: one column on a phone, plots beside each other where there is room; dark where the reader's system is. */
export const style = `
:root { --ground: #fbfaf8; --paper: #fff; --ink: #1d1f23; --dim: #62666e; --rule: #e3e1dc;
  --s0: #1f6fc4; --s1: #c4570c; --s2: #7d3fb2; --good: #1d7a46; --bad: #b3261e; --doubt: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --ground: #15171a; --paper: #1d2024; --ink: #e8e8e6; --dim: #a0a4ab;
  --rule: #33373d; --s0: #6cb0f5; --s1: #f2a062; --s2: #c79bf0; --good: #63c88e; --bad: #ff8a80; --doubt: #e8bd58; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px 16px 48px; max-width: 1180px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; line-height: 1.2; margin: 8px 0 0; }
h2 { font-size: 17px; margin: 28px 0 8px; }
header p { margin: 4px 0 16px; color: var(--dim); }
.verdict { border-left: 5px solid; padding: 10px 14px; background: var(--paper); border-radius: 4px; }
.verdict strong { font-size: 18px; }
.verdict ul { margin: 4px 0 0; padding-left: 20px; color: var(--ink); }
.good { border-color: var(--good); } .good strong { color: var(--good); }
.bad { border-color: var(--bad); } .bad strong { color: var(--bad); }
.doubt { border-color: var(--doubt); } .doubt strong { color: var(--doubt); }
.wide { overflow-x: auto; margin: 0 0 14px; background: var(--paper); border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td, th { padding: 5px 12px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
tr:last-child td { border-bottom: 0; }
th { font-weight: 600; color: var(--dim); }
td:first-child { color: var(--dim); white-space: nowrap; }
td.n { font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 14px; }
figure { margin: 0; padding: 10px 12px 6px; background: var(--paper); border-radius: 4px; }
figcaption { font-weight: 600; font-size: 14px; display: flex; flex-wrap: wrap; gap: 2px 12px; justify-content: space-between; }
.legend { font-weight: 400; color: var(--dim); }
.legend span::before { content: ""; display: inline-block; width: 12px; height: 3px; margin: 0 5px 3px 8px; vertical-align: middle; background: currentColor; }
span.s0 { color: var(--s0); } span.s1 { color: var(--s1); } span.s2 { color: var(--s2); }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--dim); }
.beside { text-anchor: end; dominant-baseline: middle; }
.below text { text-anchor: middle; }
.grid { stroke: var(--rule); stroke-width: 1; fill: none; }
.mark { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 3 3; fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.s0 { stroke: var(--s0); } .line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); }
.bar { fill: var(--s0); }
details { margin-top: 28px; } summary { cursor: pointer; font-weight: 600; margin-bottom: 8px; }
@media (max-width: 600px) { td, th { padding: 5px 8px; } td:first-child:nth-last-child(n+3) { white-space: normal; min-width: 110px; } }
@media print { body { max-width: none; } figure { break-inside: avoid; } }
`;
