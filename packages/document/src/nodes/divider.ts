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
    parseHTML: () => [{ tag: 'hr', getAttrs: readBlockId }],
    renderHTML: ({ node, HTMLAttributes }) => [
      'hr',
      { ...HTMLAttributes, 'data-id': node.attrs['id'] },
    ],
  },
  toHtml: () => '<hr>',
  toMarkdown: () => '---',
  toText: () => ['---'],
  fromMarkdown: { hr: () => [{ type: 'divider' }] },
};
