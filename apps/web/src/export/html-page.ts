/** A document as one HTML file that needs nothing else: no script, no address to load from, readable without styles. */
import { type Block, escapeHtml, toHtml, type WritingOptions } from '@tandem/document';

export interface HtmlPage extends WritingOptions {
  readonly title: string;
}

export function toHtmlPage(blocks: readonly Block[], { title, ...options }: HtmlPage): string {
  const heading = escapeHtml(title);
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${heading}</title>
<style>${STYLES}</style>
</head>
<body>
<main>
<h1 class="title" dir="auto">${heading}</h1>
${toHtml(blocks, options)}
</main>
</body>
</html>
`;
}

const STYLES = `
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; color: #1d1d1b; background: #fcfcfa; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; overflow-wrap: anywhere; }
:is(p, li, h1, h2, h3, blockquote, figcaption) { unicode-bidi: plaintext; text-align: start; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em; break-after: avoid; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; } h3 { font-size: 1.06rem; }
.title { font-size: 2rem; margin-top: 0; }
p { margin: .6em 0; }
ul, ol { margin: .4em 0; padding-inline-start: 1.7em; }
ol ol { list-style: lower-alpha; } ol ol ol { list-style: lower-roman; }
ul[data-list=task] { list-style: none; padding-inline-start: .2em; }
ul[data-list=task] input { margin-inline-end: .6em; }
blockquote { margin: 1em 0; padding-inline-start: 1em; border-inline-start: 3px solid #c9c7bf; }
pre { padding: .9em 1em; overflow-x: auto; border: 1px solid #dddbd3; border-radius: 6px; }
code { font: .9em ui-monospace, monospace; }
hr { border: 0; border-top: 1px solid #c9c7bf; margin: 2em 0; }
figure { margin: 1.2em 0; } img { max-width: 100%; height: auto; } figcaption { font-size: .9em; }
a { color: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  body { color: #e8e6df; background: #191918; } a { color: #8ab4f8; }
  blockquote, hr, pre { border-color: #45443f; }
}
@media print {
  body { background: none; color: #000; } main { max-width: none; padding: 0; }
  pre { white-space: pre-wrap; } figure, li { break-inside: avoid; }
  a[href^=http]::after { content: " (" attr(href) ")"; font-size: .85em; }
}
`;
