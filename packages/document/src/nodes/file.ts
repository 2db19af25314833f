import type { FileBlock } from '../blocks.ts';
import { escapeHtml, htmlElement } from '../html-text.ts';
import { type BlockDefinition, blockId } from './definition.ts';
import {
  dataAttributes,
  FILE_ATTRIBUTES,
  plainLabel,
  readDataAttributes,
  readParagraph,
  writeAddress,
  writeDataAttributes,
} from './file-attributes.ts';
import { type HtmlElement, readBlockId } from './html-element.ts';

export const file: BlockDefinition<FileBlock> = {
  since: 2,
  group: 'block',
  content: '',
  marks: '',
  attributes: { id: blockId, ...FILE_ATTRIBUTES },
  storage: { kind: 'marker', type: 'file' },
  continuesLists: true,
  editor: {
    draggable: true,
    parseDOM: [
      {
        tag: 'figure[data-type="file"]',
        getAttrs: (figure: HtmlElement) => {
          const values = readDataAttributes(FILE_ATTRIBUTES, 'file', figure);
          return values === null ? false : { ...readBlockId(figure), ...values };
        },
      },
    ],
    toDOM: (node) => [
      'figure',
      {
        ...dataAttributes(FILE_ATTRIBUTES, node.attrs),
        'data-id': node.attrs['id'],
        'data-type': 'file',
      },
    ],
  },
  toHtml({ attrs = {} }) {
    const data = writeDataAttributes(FILE_ATTRIBUTES, attrs);
    const words = [attrs.name, attrs.caption].filter(Boolean).join(': ');
    const caption = htmlElement('figcaption', escapeHtml(words));
    return `<figure data-type="file"${data}>${caption}</figure>`;
  },
  toMarkdown: ({ attrs = {} }) =>
    `[${plainLabel(attrs.name ?? '')}](${writeAddress(FILE_ATTRIBUTES, attrs)})`,
  toText: ({ attrs = {} }) => [[`[${attrs.name ?? ''}]`, attrs.caption ?? ''].join(' ').trimEnd()],
  fromMarkdown: {
    paragraph(token) {
      const attrs = readParagraph(token, 'link', FILE_ATTRIBUTES);
      return attrs === null ? null : [{ type: 'file', attrs }];
    },
  },
};
