/** How a summary page looks: one column, large figures, numbers first; the same on paper. */

export const SUMMARY_STYLE = `:root { color-scheme: light;
  --ink: #1f2933; --muted: #52606d; --line: #d9dee5; --blue: #0072B2; }
* { box-sizing: border-box; }
body { margin: 0; background: #ffffff; color: var(--ink);
  font: 17px/1.6 "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
h1 { font-size: clamp(1.7rem, 5vw, 2.4rem); line-height: 1.2; margin: 2.2rem 0 0.8rem; }
h2 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 0.6rem; }
h3 { font-size: 1.1rem; margin: 1.4rem 0 0.4rem; }
p, ul, ol { max-width: 44rem; margin: 0 0 0.9rem; }
.lead { font-size: 1.2rem; line-height: 1.5; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.6rem; }
a { color: #005a8c; }
code { font: 0.9em/1.4 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; background: #f1f4f7;
  padding: 0.1em 0.3em; border-radius: 3px; }
.synthetic { margin: 0; max-width: none; padding: 0.6rem 1.25rem; background: #fff1e6; color: #7a3300;
  border-bottom: 3px solid #D55E00; text-align: center; }
.synthetic strong { letter-spacing: 0.06em; margin-right: 0.4em; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.8rem;
  margin: 1.2rem 0 1.4rem; }
.numbers > div { border: 1px solid var(--line); border-left: 4px solid var(--blue);
  border-radius: 4px; padding: 0.7rem 0.9rem; }
.numbers dt { color: var(--muted); font-size: 0.92rem; line-height: 1.35; }
.numbers dd { margin: 0.15rem 0 0; }
.numbers .value { font-size: 1.75rem; font-weight: 600; line-height: 1.2; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.numbers .unit { color: var(--muted); }
.note { color: var(--muted); font-size: 0.88rem; line-height: 1.4; }
.table { overflow-x: auto; margin: 1.2rem 0 1.4rem; }
table { border-collapse: collapse; min-width: 60%; font-size: 0.95rem; font-variant-numeric: tabular-nums; }
caption { caption-side: top; text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
th, td { text-align: left; padding: 0.35rem 0.9rem 0.35rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--muted); white-space: nowrap; }
tbody th { font-weight: normal; }
.number { text-align: right; white-space: nowrap; padding-left: 0.9rem; padding-right: 0.4rem; }
figure { margin: 1.2rem 0 1.4rem; }
img { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: 0.92rem; margin-top: 0.4rem; max-width: 44rem; }
.undrawn { border: 1px dashed var(--line); padding: 0.8rem 1rem; }
footer { padding-bottom: 2rem; }
footer p { border-top: 1px solid var(--line); max-width: none; margin-top: 2.4rem; padding-top: 1rem;
  color: var(--muted); font-size: 0.85rem; overflow-wrap: anywhere; }
@media screen and (max-width: 42rem) {
  .picture { overflow-x: auto; }
  .picture img { max-width: none; width: 40rem; }
  th, td { min-width: 6.5rem; }
}
@media print {
  @page { margin: 16mm; }
  html { font-size: 13px; }
  body { font-size: 10.5pt; }
  thead th, thead .number { white-space: normal; }
  main, footer { max-width: none; padding: 0; }
  h1 { margin-top: 0.6rem; }
  h2, h3 { break-after: avoid; }
  figure, .numbers > div, tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .table { overflow: visible; }
  .synthetic { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;
