/** A document as one HTML page without a script, readable without styles: a file of its own, or one on the web. */
import type { Block } from './blocks.ts';
import { escapeHtml } from './html-text.ts';
import { type HtmlOptions, toHtml } from './html.ts';

export interface HtmlPageOptions {
  readonly title: string;
  /** Of the text, where it is known. */
  readonly language?: string;
  /** The `Content-Security-Policy` of a file; null where the answer has its own. */
  readonly policy?: string | null;
  /** `name` of `meta`, or `property` where it has a colon. */
  readonly meta?: readonly (readonly [name: string, content: string])[];
  readonly canonical?: string | null;
  readonly icon?: string;
  /** Below the text, in English. */
  readonly changed?: { readonly date: string; readonly words: string };
}

/** "Undetermined": readers choose a voice, and a font for Han characters, as they do for a text of their own. */
const UNKNOWN_LANGUAGE = 'und';

/** It loads nothing. */
const FILE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

export function toHtmlPage(
  blocks: readonly Block[],
  { fileAddress, ...options }: HtmlPageOptions & Pick<HtmlOptions, 'fileAddress'>,
): string {
  return htmlPage(toHtml(blocks, fileAddress === undefined ? {} : { fileAddress }), options);
}

/** @param html of the text, as `toHtml` writes it. */
export function htmlPage(
  html: string,
  { title, language = UNKNOWN_LANGUAGE, policy = FILE_POLICY, ...options }: HtmlPageOptions,
): string {
  const { meta = [], canonical = null, icon, changed } = options;
  const heading = escapeHtml(title);
  const head = [
    ...(policy === null ? [] : [metaElement('http-equiv', 'Content-Security-Policy', policy)]),
    `<title>${heading}</title>`,
    ...meta.map(([name, content]) =>
      metaElement(name.includes(':') ? 'property' : 'name', name, content),
    ),
    ...(icon === undefined ? [] : [`<link rel="icon" href="${escapeHtml(icon)}">`]),
    ...(canonical === null ? [] : [`<link rel="canonical" href="${escapeHtml(canonical)}">`]),
  ];
  const foot =
    changed === undefined
      ? ''
      : `<footer lang="en"><time datetime="${escapeHtml(changed.date)}">${escapeHtml(changed.words)}</time></footer>\n`;
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head.join('\n')}
<style>${PAGE_STYLES}</style>
</head>
<body>
<main>
<h1 class="title" dir="auto">${heading}</h1>
${html}
${foot}</main>
</body>
</html>
`;
}

function metaElement(attribute: string, name: string, content: string): string {
  return `<meta ${attribute}="${escapeHtml(name)}" content="${escapeHtml(content)}">`;
}

export const PAGE_STYLES = `
:root {
  color-scheme: light dark; --paper: #fcfcfa; --ink: #1d1d1b; --pale: #62605a; --line: #dddbd3; --shade: #f3f2ee; --link: #1f5fbf;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #191918; --ink: #e8e6df; --pale: #a3a196; --line: #45443f; --shade: #242422; --link: #8ab4f8; }
}
body { margin: 0; font: 17px/1.65 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 42rem; margin: 0 auto; padding: 4rem 1.5rem 5rem; overflow-wrap: anywhere; }
:is(p, li, h1, h2, h3, blockquote, figcaption) { unicode-bidi: plaintext; text-align: start; }
h1, h2, h3 { line-height: 1.3; margin: 1.8em 0 .5em; break-after: avoid; text-wrap: balance; }
h1 { font-size: 1.55rem; } h2 { font-size: 1.3rem; } h3 { font-size: 1.1rem; }
.title { font-size: 2.25rem; line-height: 1.2; letter-spacing: -.015em; margin: 0 0 .8em; }
p { margin: .8em 0; text-wrap: pretty; }
ul, ol { margin: .8em 0; padding-inline-start: 1.6em; }
li { margin: .25em 0; } li :is(ul, ol) { margin: 0; } li :is(h1, h2, h3) { margin: .8em 0 .3em; }
ol ol { list-style: lower-alpha; } ol ol ol { list-style: lower-roman; }
ul[data-list=task] { list-style: none; }
ul[data-list=task] input { width: .95em; height: .95em; margin: 0 .6em 0 -1.55em; vertical-align: -.1em; }
blockquote { margin: 1.2em 0; padding-inline-start: 1.1em; border-inline-start: 3px solid var(--line); }
:is(blockquote, figcaption, footer) { color: var(--pale); }
pre { padding: .9em 1.1em; white-space: pre-wrap; tab-size: 4; line-height: 1.5; border-radius: 8px; background: var(--shade); }
code { font: .88em ui-monospace, monospace; line-height: inherit; }
:not(pre) > code { padding: .1em .3em; border-radius: 4px; background: var(--shade); }
hr { border: 0; border-top: 1px solid var(--line); margin: 2.5em 0; }
figure { margin: 1.6em 0; } img { max-width: 100%; height: auto; border-radius: 8px; }
figcaption { font-size: .88em; margin-top: .3em; }
figure[data-type=file] { padding: .6em 1.1em; border: 1px solid var(--line); border-radius: 8px; }
figure[data-type=file] figcaption { font-size: 1em; margin: 0; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .18em; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .85em; }
@media (max-width: 40rem) {
  body { font-size: 16px; } main { padding: 2.5rem 1.25rem 4rem; } .title { font-size: 1.8rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --pale: #333; --line: #999; --shade: #fff; --link: #000; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; }
  pre { border: 1px solid var(--line); } figure, li { break-inside: avoid; }
  a[href^=http]::after { content: " (" attr(href) ")"; font-size: .85em; }
}
`;
