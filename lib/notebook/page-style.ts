/**
 * Style of all pages that are written: system fonts, a measure that can be read, light or dark as the reader
 * prefers. Figures keep their white ground, as a card, so that one set of colours serves both.
 */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --fg: #1f2328; --soft: #59636e; --bg: #fff; --card: #f6f8fa; --line: #d1d9e0; --link: #0b5cad; --bad: #fdecea; }
@media (prefers-color-scheme: dark) {
  :root { --fg: #e6edf3; --soft: #9aa4af; --bg: #14181d; --card: #1d232a; --line: #38414b; --link: #6cb0f5; --bad: #43211f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 5rem; max-width: 64rem; background: var(--bg); color: var(--fg);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; margin: 2.2rem 0 0.6rem; }
h1 { font-size: 1.9rem; margin-top: 0.5rem; } h2 { font-size: 1.35rem; } h3 { font-size: 1.1rem; }
p, ul, ol, blockquote { max-width: 46rem; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.86em; }
:not(pre) > code { background: var(--card); border-radius: 4px; padding: 0.1em 0.3em; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.7rem 0.9rem; overflow: auto; line-height: 1.45; margin: 0.5rem 0; }
pre pre, .nb-output pre { background: none; border: 0; padding: 0.1rem 0; }
table { border-collapse: collapse; margin: 0.8rem 0; font-size: 0.88rem; font-variant-numeric: tabular-nums; display: block; max-width: 100%; overflow-x: auto; }
caption { font-weight: 600; padding-bottom: 0.3rem; white-space: nowrap; }
th, td { padding: 0.22rem 0.9rem 0.22rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { text-align: left; font-weight: 600; }
thead th { border-bottom-width: 2px; }
tfoot td { border: 0; color: var(--soft); }
details { margin: 0.5rem 0; }
summary { cursor: pointer; color: var(--soft); font-size: 0.85rem; width: max-content; }
.plot { background: #fff; border-radius: 6px; margin: 0.8rem 0; min-height: 12rem; overflow: hidden; }
.nb-stderr { color: var(--soft); }
.nb-pyerr { background: var(--bad) !important; border-radius: 6px; padding: 0.7rem 0.9rem !important; }
.failed { background: var(--bad); border-radius: 6px; padding: 0.7rem 0.9rem; }
.soft { color: var(--soft); font-size: 0.88rem; }
nav { font-size: 0.88rem; }
article { border-top: 1px solid var(--line); margin-top: 2rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 0.8rem; color: var(--soft); font-size: 0.85rem; overflow-wrap: anywhere; }
.hljs-comment { color: var(--soft); } .hljs-keyword, .hljs-built_in { color: #a5369a; } .hljs-string { color: #1a7f4b; } .hljs-number, .hljs-literal { color: #b35900; } .hljs-title { color: var(--link); }
@media (prefers-color-scheme: dark) { .hljs-keyword, .hljs-built_in { color: #d99ad2; } .hljs-string { color: #7fcf9f; } .hljs-number, .hljs-literal { color: #eab06c; } }
@media print { body { max-width: none; } details { display: none; } }
`;
