import type { QuoteBlock } from '../blocks.ts';
import { htmlElement } from '../html-text.ts';
import { type BlockDefinition, blockId } from './definition.ts';
import { readBlockId } from './html-element.ts';

export const quote: BlockDefinition<QuoteBlock> = {
  since: 1,
  group: 'block',
  content: 'block+',
  marks: '',
  attributes: { id: blockId },
  storage: { kind: 'container' },
  continuesLists: true,
  editor: {
    defining: true,
    parseDOM: [{ tag: 'blockquote', getAttrs: readBlockId }],
    toDOM: (node) => ['blockquote', { 'data-id': node.attrs['id'] }, 0],
  },
  toHtml: ({ content }, html) => htmlElement('blockquote', html.blocks(content)),
  toMarkdown: ({ content }, markdown) =>
    markdown
      .blocks(content)
      .replace(/^(?!$)/gm, '> ')
      .replace(/^$/gm, '>'),
  toText: ({ content }, text) => text.lines(content).map((line) => `> ${line}`.trimEnd()),
  fromMarkdown: {
    blockquote({ tokens }, reader) {
      const content = [...reader.blocks(tokens, 0)];
      return [{ type: 'quote', content: content.length > 0 ? content : [{ type: 'textBlock' }] }];
    },
  },
};
