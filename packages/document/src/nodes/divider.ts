import type { Divider } from '../blocks.ts';
import { type BlockDefinition, blockId } from './definition.ts';
import { readBlockId } from './html-element.ts';

export const divider: BlockDefinition<Divider> = {
  since: 1,
  group: 'block',
  content: '',
  marks: '',
  attributes: { id: blockId },
  storage: { kind: 'marker', type: 'divider' },
  continuesLists: false,
  editor: {
    parseDOM: [{ tag: 'hr', getAttrs: readBlockId }],
    toDOM: (node) => ['hr', { 'data-id': node.attrs['id'] }],
  },
  toHtml: () => '<hr>',
  toMarkdown: () => '---',
  toText: () => ['---'],
  fromMarkdown: { hr: () => [{ type: 'divider' }] },
};
