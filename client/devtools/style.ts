/** How the panel looks, in its shadow root: nothing of it reaches the page, nothing of the page reaches it. */
export const style = `
:host {
  all: initial;
  --paper: #fbfbf8;
  --ink: #1d2625;
  --faint: #55605e;
  --edge: #c9d0cd;
  --accent: #b0122f;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #161c1b;
    --ink: #edf1ee;
    --faint: #a5b1ad;
    --edge: #3b4644;
    --accent: #ff8095;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
section.panel {
  position: fixed;
  z-index: 2147483647;
  right: 8px;
  bottom: 8px;
  width: min(440px, calc(100vw - 16px));
  max-height: min(680px, calc(100dvh - 16px));
  overflow: auto;
  overscroll-behavior: contain;
  padding: 0 12px 12px;
  background: var(--paper);
  color: var(--ink);
  border: 1px solid var(--ink);
  border-radius: 4px;
  box-shadow: 0 4px 24px rgb(0 0 0 / 0.25);
  font: 13px/1.4 ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace;
}
header {
  position: sticky;
  top: 0;
  display: flex;
  align-items: center;
  justify-content: space-between;
  padding: 8px 0;
  background: var(--paper);
  border-bottom: 1px solid var(--edge);
}
h2, h3 { margin: 0; font-size: 1em; }
h3 { margin-top: 12px; color: var(--accent); }
p { margin: 4px 0; color: var(--faint); }
button {
  min-height: 28px;
  padding: 0 10px;
  border: 1px solid var(--ink);
  border-radius: 3px;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button:hover { background: color-mix(in srgb, var(--ink) 12%, transparent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { padding-top: 6px; text-align: left; color: var(--faint); }
.plain caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 1px 8px 1px 0; text-align: left; vertical-align: top; font-weight: normal; white-space: nowrap; }
th { color: var(--faint); }
.words td:last-child { overflow-wrap: anywhere; white-space: normal; }
.figures td:nth-child(n + 4) { text-align: right; }
.figures th:nth-child(n + 4) { text-align: right; }
summary { margin-top: 8px; cursor: pointer; }
pre { max-height: 240px; margin: 4px 0; overflow: auto; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.dial { display: grid; grid-template-columns: 4.5em 1fr 5em; gap: 4px 8px; align-items: center; margin: 4px 0 8px; }
.dial input { width: 100%; accent-color: var(--accent); }
.dial output { text-align: right; }
`;
