import type { ImageBlock } from '../blocks.ts';
import { escapeHtml, htmlElement } from '../html-text.ts';
import { type BlockDefinition, blockId } from './definition.ts';
import {
  dataAttributes,
  IMAGE_ATTRIBUTES,
  outsideAddress,
  plainLabel,
  readDataAttributes,
  readParagraph,
  writeAddress,
  writeDataAttributes,
} from './file-attributes.ts';
import { type HtmlElement, readBlockId } from './html-element.ts';

export const image: BlockDefinition<ImageBlock> = {
  since: 2,
  group: 'block',
  content: '',
  marks: '',
  attributes: { id: blockId, ...IMAGE_ATTRIBUTES },
  storage: { kind: 'marker', type: 'image' },
  continuesLists: true,
  editor: {
    draggable: true,
    parseDOM: [
      {
        tag: 'figure[data-type="image"]',
        getAttrs: (figure: HtmlElement) => {
          const values = readDataAttributes(IMAGE_ATTRIBUTES, 'image', figure);
          return values === null ? false : { ...readBlockId(figure), ...values };
        },
      },
    ],
    toDOM: (node) => [
      'figure',
      {
        ...dataAttributes(IMAGE_ATTRIBUTES, node.attrs),
        'data-id': node.attrs['id'],
        'data-type': 'image',
      },
    ],
  },
  toHtml({ attrs = {} }, html) {
    const data = html.hasFileData ? writeDataAttributes(IMAGE_ATTRIBUTES, attrs) : '';
    const address = outsideAddress(attrs, html);
    const source = address === null ? '' : ` src="${escapeHtml(address)}"`;
    const width = address === null ? null : (attrs.displayWidth ?? attrs.width);
    const size = width == null ? '' : ` width="${width}"`;
    const picture = `<img${source} alt="${escapeHtml(attrs.alt ?? '')}"${size}>`;
    const caption = attrs.caption ? htmlElement('figcaption', escapeHtml(attrs.caption)) : '';
    return `<figure data-type="image"${data}>${picture}${caption}</figure>`;
  },
  toMarkdown({ attrs = {} }, markdown) {
    const label = plainLabel(attrs.alt ?? attrs.caption ?? attrs.name ?? '');
    const address = outsideAddress(attrs, markdown);
    if (address === null) return `![${label}](${writeAddress(IMAGE_ATTRIBUTES, attrs)})`;
    const title = attrs.caption ? ` "${plainLabel(attrs.caption)}"` : '';
    return `![${label}](${address}${title})`;
  },
  toText: ({ attrs = {} }) => [
    [`[${attrs.alt ?? attrs.name ?? ''}]`, attrs.caption ?? ''].join(' ').trimEnd(),
  ],
  fromMarkdown: {
    paragraph(token) {
      const attrs = readParagraph(token, 'image', IMAGE_ATTRIBUTES);
      return attrs === null ? null : [{ type: 'image', attrs }];
    },
  },
};
