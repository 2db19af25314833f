import type { FileBlock } from '../blocks.ts';
import { escapeHtml, htmlElement } from '../html-text.ts';
import { type BlockDefinition, blockId } from './definition.ts';
import {
  dataAttributes,
  FILE_ATTRIBUTES,
  outsideAddress,
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
  toHtml({ attrs = {} }, html) {
    const data = html.hasFileData ? writeDataAttributes(FILE_ATTRIBUTES, attrs) : '';
    const words = escapeHtml([attrs.name, attrs.caption].filter(Boolean).join(': '));
    const address = outsideAddress(attrs, html);
    const name = escapeHtml(attrs.name ?? '');
    const link =
      address === null ? words : `<a href="${escapeHtml(address)}" download="${name}">${words}</a>`;
    const caption = htmlElement('figcaption', link);
    return `<figure data-type="file"${data}>${caption}</figure>`;
  },
  toMarkdown({ attrs = {} }, markdown) {
    const address = outsideAddress(attrs, markdown) ?? writeAddress(FILE_ATTRIBUTES, attrs);
    return `[${plainLabel(attrs.name ?? '')}](${address})`;
  },
  toText: ({ attrs = {} }) => [[`[${attrs.name ?? ''}]`, attrs.caption ?? ''].join(' ').trimEnd()],
  fromMarkdown: {
    paragraph(token) {
      const attrs = readParagraph(token, 'link', FILE_ATTRIBUTES);
      return attrs === null ? null : [{ type: 'file', attrs }];
    },
  },
};
