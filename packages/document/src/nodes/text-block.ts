import { inlineText, type TextBlock } from '../blocks.ts';
import { htmlElement } from '../html-text.ts';
import { listLabel, listLevel } from '../list-labels.ts';
import type { BlockDefinition } from './definition.ts';
import { headingLevel, textBlockAttributes } from './text-block-attributes.ts';
import { readTextBlock } from './text-block-html.ts';
import { textBlockTokens } from './text-block-markdown.ts';

/** The editor draws every text block as the last of these. */
const TAGS = [
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'td', 'th'],
  'div.text-block[data-id]',
];

/**
 * A paragraph, heading or list item, chosen by attributes, so that a block changes its kind in
 * place.
 */
export const textBlock: BlockDefinition<TextBlock> = {
  since: 1,
  group: 'block',
  content: 'inline*',
  marks: '_',
  attributes: textBlockAttributes,
  storage: { kind: 'marker', type: null },
  continuesLists: false,
  editor: {
    parseDOM: TAGS.map((tag) => ({ tag, getAttrs: readTextBlock })),
    // Written for other programs: the editor's view draws every text block as the same element.
    toDOM: (node) => {
      const { id, kind, list, indent, checked, start } = node.attrs;
      return [
        tagOf(kind),
        {
          'data-id': id,
          'data-list': list,
          'data-indent': indent,
          'data-checked': checked,
          'data-start': start,
        },
        0,
      ];
    },
  },
  toHtml(block, html) {
    const { kind, indent } = block.attrs ?? {};
    const tag = tagOf(kind);
    const level = indent ? ` data-indent="${Number(indent)}"` : '';
    return `<${tag}${level}${spaceStyle(block)}>${html.inline(block.content)}</${tag}>`;
  },
  toMarkdown({ attrs, content }, markdown) {
    const lines = markdown.lines(content);
    const level = headingLevel(attrs?.kind);
    if (level === null || attrs?.list === 'task') return lines.join('\\\n');
    // Trailing hashes would close the heading.
    const text = lines.join('<br>').replace(/(?<=^|\s)(?=#+$)/, '\\');
    return `${'#'.repeat(level)} ${text}`.trimEnd();
  },
  toText: (block, { number }) => hang(signOf(block, number), inlineText(block.content)),
  fromMarkdown: textBlockTokens,
};

export function itemHtml({ attrs }: TextBlock, inline: string): string {
  return attrs?.kind ? htmlElement(tagOf(attrs.kind), inline) : inline;
}

/** Preserves white space that other programs would collapse. */
export const SPACE_STYLE = 'white-space: pre-wrap';

/** The attribute for a text that needs it; empty for others. */
export function spaceStyle({ content }: TextBlock): string {
  return /^ | $|\t| {2}| \n|\n /.test(inlineText(content)) ? ` style="${SPACE_STYLE}"` : '';
}

function tagOf(kind: unknown): string {
  const level = headingLevel(kind);
  return level === null ? 'p' : `h${level}`;
}

function signOf(block: TextBlock, number: number | null): string {
  const { attrs } = block;
  const level = listLevel(block);
  const margin = '  '.repeat(level);
  switch (attrs?.list) {
    case 'bullet':
      return `${margin}- `;
    case 'ordered':
      return `${margin}${listLabel(number ?? 1, level)} `;
    case 'task':
      return `${margin}[${attrs.checked ? 'x' : ' '}] `;
    default:
      return margin;
  }
}

function hang(sign: string, text: string): string[] {
  const margin = ' '.repeat(sign.length);
  return text.split('\n').map((line, index) => (index === 0 ? sign : margin) + line);
}
