import { DOMParser, type ParseOptions, type Schema, type Slice } from '@tiptap/pm/model';

import { readMonospace, readPreformatted } from './html-code.ts';
import { numberItems, readChatLists, readOfficeLists } from './html-lists.ts';
import { readTables } from './html-tables.ts';

/**
 * Reads HTML of other programs. It is normalized before the schema's rules: real lists, code as one
 * text, a line per table row, an empty block per empty line. HTML copied from this editor is read
 * as it is.
 */
export class PastedHtmlParser extends DOMParser {
  constructor(schema: Schema) {
    super(schema, DOMParser.fromSchema(schema).rules);
  }

  override parseSlice(dom: HTMLElement, options?: ParseOptions): Slice {
    if (!dom.querySelector('[data-pm-slice]') && !dom.matches('[data-pm-slice]'))
      normalizeHtml(dom);
    return super.parseSlice(dom, options);
  }
}

export function normalizeHtml(root: HTMLElement): void {
  removeUnseen(root);
  readPictures(root);
  readMonospace(root);
  readPreformatted(root);
  readOfficeLists(root);
  readChatLists(root);
  numberItems(root);
  readTables(root);
  readEmptyLines(root);
}

const UNSEEN = [
  'script, style, meta, link, title, xml, template, noscript, button, select, textarea, svg',
  '[hidden], [aria-hidden=true], br.Apple-interchange-newline, span.EOP',
].join(', ');

function removeUnseen(root: HTMLElement): void {
  for (const element of root.querySelectorAll(UNSEEN)) element.remove();
  for (const element of root.querySelectorAll('[style]')) {
    const style = styleOf(element);
    if (/display:\s*none|mso-hide:\s*all/.test(style)) element.remove();
  }
  // Word's own paragraph marks; WebKit's spaces.
  for (const element of root.querySelectorAll('*'))
    if (element.nodeName === 'O:P')
      element.replaceWith(...(isBlank(element) ? [] : element.childNodes));
  for (const space of root.querySelectorAll('span.Apple-converted-space'))
    space.textContent = (space.textContent ?? '').replaceAll('\u00a0', ' ');
}

function readPictures(root: HTMLElement): void {
  for (const picture of root.querySelectorAll('img')) {
    const sign = picture.getAttribute('data-stringify-emoji') ?? picture.getAttribute('alt') ?? '';
    const isEmoji =
      picture.hasAttribute('data-stringify-emoji') ||
      /emoji/i.test(picture.className) ||
      /^\p{Extended_Pictographic}/u.test(sign);
    if (isEmoji && sign !== '') picture.replaceWith(sign);
  }
}

const BLOCKS =
  /^(?:ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|DD|DETAILS|DIV|DL|DT|FIGCAPTION|FIGURE|FOOTER|H[1-6]|HEADER|HR|LI|MAIN|NAV|OL|P|PRE|SECTION|TABLE|TBODY|TD|TH|THEAD|TR|UL)$/;

/** Empty lines: a break alone between blocks or in a block, and a block with only a hard space. */
function readEmptyLines(root: HTMLElement): void {
  for (const br of root.querySelectorAll('br')) {
    const parent = br.parentElement!;
    if (parent !== root && /^(?:P|DIV)$/.test(parent.nodeName) && isAlone(br)) {
      const empty = parent.ownerDocument.createElement('p');
      parent.replaceWith(empty);
    } else if (
      isBlockSide(br.previousSibling, 'previousSibling') &&
      isBlockSide(br.nextSibling, 'nextSibling') &&
      holdsBlocks(parent)
    ) {
      br.replaceWith(parent.ownerDocument.createElement('p'));
    }
  }
  for (const block of root.querySelectorAll('p, div')) {
    if (
      block.children.length === 0 &&
      /^[ \t\n]*\u00a0[ \t\n\u00a0]*$/.test(block.textContent ?? '')
    ) {
      const empty = block.ownerDocument.createElement('p');
      block.replaceWith(empty);
    }
  }
}

function isAlone(node: Node): boolean {
  return [...node.parentNode!.childNodes].every((each) => each === node || isBlank(each));
}

function isBlockSide(from: Node | null, way: 'previousSibling' | 'nextSibling'): boolean {
  let node = from;
  while (node && !BLOCKS.test(node.nodeName) && isBlank(node)) node = node[way];
  return node === null || BLOCKS.test(node.nodeName);
}

function holdsBlocks(element: Element): boolean {
  return [...element.children].some(({ nodeName }) => BLOCKS.test(nodeName));
}

function isBlank(node: Node): boolean {
  return !/[^ \t\r\n\u00a0]/.test(node.textContent ?? '');
}

function styleOf(element: Element): string {
  return element.getAttribute('style') ?? '';
}
