import { escapeHtml, htmlElement } from '../html-text.ts';
import { safeHref } from '../href.ts';
import type { MarkDefinition } from './definition.ts';
import type { HtmlElement } from './html-element.ts';

export const link: MarkDefinition = {
  since: 1,
  attributes: { href: (value) => (value !== null && safeHref(value) === value ? 1 : null) },
  editor: {
    inclusive: false,
    parseDOM: [
      {
        tag: 'a[href]',
        getAttrs: (element: HtmlElement) => {
          const href = safeHref(element.getAttribute('href'));
          return href !== null && { href };
        },
      },
    ],
    // Checked again, although stored pages are validated: an unsafe address must never reach the
    // DOM.
    toDOM: (mark) => [
      'a',
      {
        href: safeHref(mark.attrs['href']),
        rel: 'noopener noreferrer nofollow',
      },
      0,
    ],
  },
  toHtml(html, mark, { linkRelation }) {
    const href = mark.type === 'link' ? safeHref(mark.attrs.href) : null;
    if (href === null) return html;
    if (linkRelation === null) return `<a href="${escapeHtml(href)}">${html}</a>`;
    const relation = linkRelation(href);
    return relation === null
      ? html
      : `<a href="${escapeHtml(href)}" rel="${escapeHtml(relation)}">${html}</a>`;
  },
  markdown: null,
};

export const bold: MarkDefinition = {
  since: 1,
  attributes: {},
  editor: {
    parseDOM: [
      { tag: 'strong' },
      // Google Docs wraps what it copies in a <b> that is not bold.
      {
        tag: 'b',
        getAttrs: (element: HtmlElement) =>
          !/font-weight:\s*(normal|400)/.test(styleOf(element)) && null,
      },
      { style: 'font-weight=400', clearMark: (mark) => mark.type.name === 'bold' },
      { style: 'font-weight', getAttrs: (value) => /^(bold(er)?|[6-9]\d\d)$/.test(value) && null },
    ],
    toDOM: () => ['strong', 0],
  },
  toHtml: (html) => htmlElement('strong', html),
  markdown: { token: 'strong', delimiter: '**', tags: ['strong', 'b'] },
};

export const italic: MarkDefinition = {
  since: 1,
  attributes: {},
  editor: {
    parseDOM: [
      { tag: 'em' },
      {
        tag: 'i',
        getAttrs: (element: HtmlElement) => !/font-style:\s*normal/.test(styleOf(element)) && null,
      },
      { style: 'font-style=italic' },
    ],
    toDOM: () => ['em', 0],
  },
  toHtml: (html) => htmlElement('em', html),
  markdown: { token: 'em', delimiter: '_', tags: ['em', 'i'] },
};

export const strike: MarkDefinition = {
  since: 1,
  attributes: {},
  editor: {
    parseDOM: [
      { tag: 's' },
      { tag: 'del' },
      { tag: 'strike' },
      {
        style: 'text-decoration',
        consuming: false,
        getAttrs: (value) => /\bline-through\b/.test(value) && null,
      },
    ],
    toDOM: () => ['s', 0],
  },
  toHtml: (html) => htmlElement('s', html),
  markdown: { token: 'del', delimiter: '~~', tags: ['del', 's', 'strike'] },
};

export const code: MarkDefinition = {
  since: 1,
  attributes: {},
  editor: {
    code: true,
    parseDOM: [{ tag: 'code' }],
    toDOM: () => ['code', 0],
  },
  toHtml: (html) => htmlElement('code', html),
  markdown: null,
};

function styleOf(element: HtmlElement): string {
  return element.getAttribute('style') ?? '';
}
