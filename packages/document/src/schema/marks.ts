import { safeHref } from '../href.ts';
import { defineMark } from './definition.ts';
import type { HtmlElement } from './html-element.ts';

export const Link = defineMark('link', {
  inclusive: false,
  parseHTML: () => [
    {
      tag: 'a[href]',
      getAttrs: (element: HtmlElement) => {
        const href = safeHref(element.getAttribute('href'));
        return href !== null && { href };
      },
    },
  ],
  // A page is checked where it is stored; this is the second lock.
  renderHTML: ({ mark, HTMLAttributes }) => [
    'a',
    { ...HTMLAttributes, href: safeHref(mark.attrs['href']), rel: 'noopener noreferrer nofollow' },
    0,
  ],
});

export const Bold = defineMark('bold', {
  parseHTML: () => [
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
  renderHTML: ({ HTMLAttributes }) => ['strong', HTMLAttributes, 0],
});

export const Italic = defineMark('italic', {
  parseHTML: () => [
    { tag: 'em' },
    {
      tag: 'i',
      getAttrs: (element: HtmlElement) => !/font-style:\s*normal/.test(styleOf(element)) && null,
    },
    { style: 'font-style=italic' },
  ],
  renderHTML: ({ HTMLAttributes }) => ['em', HTMLAttributes, 0],
});

export const Strike = defineMark('strike', {
  parseHTML: () => [
    { tag: 's' },
    { tag: 'del' },
    { tag: 'strike' },
    {
      style: 'text-decoration',
      consuming: false,
      getAttrs: (value) => /\bline-through\b/.test(value) && null,
    },
  ],
  renderHTML: ({ HTMLAttributes }) => ['s', HTMLAttributes, 0],
});

export const Code = defineMark('code', {
  code: true,
  parseHTML: () => [{ tag: 'code' }],
  renderHTML: ({ HTMLAttributes }) => ['code', HTMLAttributes, 0],
});

function styleOf(element: HtmlElement): string {
  return element.getAttribute('style') ?? '';
}
