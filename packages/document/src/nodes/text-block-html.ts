import {
  closest,
  hasClass,
  type HtmlElement,
  type HtmlNode,
  isElement,
  isText,
} from './html-element.ts';
import { MAX_INDENT, textBlockAttributes } from './text-block-attributes.ts';

/**
 * Reads text blocks from HTML of any origin. Nested lists become lists with an indent. The block of
 * an item is the item itself, or the heading that it starts with. Further paragraphs of an item are
 * indented below it.
 */

type Attributes = Readonly<Record<string, unknown>>;

const ITEM = new Set(['LI']);
const LISTS = new Set(['UL', 'OL']);
const BOUNDARIES = new Set(['BLOCKQUOTE', 'TD', 'TH', 'BODY']);
const CELLS = new Set(['TD', 'TH']);
const HEADINGS = new Set(['H1', 'H2', 'H3', 'H4', 'H5', 'H6']);
const BLOCKS = new Set([...HEADINGS, ...LISTS, 'BLOCKQUOTE', 'PRE', 'HR', 'TABLE']);

/** Returns false for an element that is part of another block. */
export function readTextBlock(element: HtmlElement): Attributes | false {
  const { nodeName } = element;
  if (CELLS.has(nodeName)) return !holdsBlock(element) && {};
  if (nodeName === 'DIV')
    return valid({ ...ownAttributes(element), kind: element.getAttribute('data-kind') });
  const item = closest(element, ITEM, BOUNDARIES);
  if (item === null) return valid({ ...ownAttributes(element), kind: kindOf(nodeName) });
  if (element === item) return startsWithBlock(item) ? false : valid(itemAttributes(item));
  if (!isStartOf(element, item)) {
    return valid({
      id: element.getAttribute('data-id'),
      kind: kindOf(nodeName),
      indent: atMost(indentOf(item) + 1),
    });
  }
  return HEADINGS.has(nodeName) && valid({ ...itemAttributes(item), kind: kindOf(nodeName) });
}

function ownAttributes(element: HtmlElement): Attributes {
  const checked = element.getAttribute('data-checked');
  return {
    id: element.getAttribute('data-id'),
    list: element.getAttribute('data-list'),
    indent: Number(element.getAttribute('data-indent')),
    checked: checked === 'true' || checked === '',
    start: readNumber(element.getAttribute('data-start')),
  };
}

function itemAttributes(item: HtmlElement): Attributes {
  const list = closest(item, LISTS, BOUNDARIES);
  const indent = atMost(indentOf(item));
  if (list?.nodeName === 'OL') return { list: 'ordered', indent, start: startOf(item, list) };
  const checked = checkedState(item, list);
  return checked === null ? { list: 'bullet', indent } : { list: 'task', indent, checked };
}

function startOf(item: HtmlElement, list: HtmlElement): number | null {
  const value = item.getAttribute('value');
  if (value !== null) return readNumber(value);
  for (let before = item.previousSibling; before !== null; before = before.previousSibling)
    if (before.nodeName === 'LI') return null;
  return readNumber(list.getAttribute('start'));
}

function readNumber(value: string | null): number | null {
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

function indentOf(item: HtmlElement): number {
  const stated = item.getAttribute('data-indent');
  if (stated !== null) return Number(stated);
  let lists = 0;
  for (
    let list = closest(item, LISTS, BOUNDARIES);
    list?.parentNode;
    list = closest(list.parentNode, LISTS, BOUNDARIES)
  )
    lists++;
  return Math.max(0, lists - 1);
}

/**
 * Reads the task markup of GitHub, Google Docs, Notion, Tiptap and Tandem; null for other items.
 */
function checkedState(item: HtmlElement, list: HtmlElement | null): boolean | null {
  const state =
    item.getAttribute('data-checked') ??
    (item.getAttribute('role') === 'checkbox' ? item.getAttribute('aria-checked') : null);
  if (state !== null) return state === 'true';
  for (const node of leading(item)) {
    if (isElement(node)) {
      if (node.nodeName === 'INPUT' && node.getAttribute('type') === 'checkbox')
        return node.getAttribute('checked') !== null;
      if (hasClass(node, 'checkbox')) return hasClass(node, 'checkbox-on');
    } else if (isText(node)) {
      // Notion copies tasks as items that start with "[x] ". The clipboard's DOM is temporary, so
      // the sign can be cut off.
      const mark = /^\s*\[([ xX])\]\s+/.exec(node.nodeValue ?? '');
      if (mark === null) continue;
      node.nodeValue = node.nodeValue!.slice(mark[0].length);
      return mark[1] !== ' ';
    }
  }
  return list?.getAttribute('data-list') === 'task' ||
    (list !== null && hasClass(list, 'to-do-list'))
    ? false
    : null;
}

function* leading(parent: HtmlNode): Generator<HtmlNode, boolean> {
  for (const node of Array.from(parent.childNodes)) {
    yield node;
    if (BLOCKS.has(node.nodeName) || (isText(node) && !isBlank(node))) return true;
    if (yield* leading(node)) return true;
  }
  return false;
}

/** A leading block replaces the item. An item that starts with a list stays, empty. */
function startsWithBlock(item: HtmlElement): boolean {
  for (const { nodeName } of leading(item)) if (BLOCKS.has(nodeName)) return !LISTS.has(nodeName);
  return false;
}

function holdsBlock(cell: HtmlElement): boolean {
  return Array.from(cell.childNodes).some(
    ({ nodeName }) => nodeName === 'P' || nodeName === 'DIV' || BLOCKS.has(nodeName),
  );
}

/** Nobody writes more blank nodes than this before the text of an item; each one after them would count them again. */
const MAX_LEADING = 100;

function isStartOf(element: HtmlElement, item: HtmlElement): boolean {
  let passed = 0;
  for (
    let node: HtmlNode = element;
    node !== item && node.parentNode !== null;
    node = node.parentNode
  ) {
    for (let before = node.previousSibling; before !== null; before = before.previousSibling) {
      if (BLOCKS.has(before.nodeName) || (before.nodeType !== 8 && !isBlank(before))) return false;
      if (++passed > MAX_LEADING) return false;
    }
  }
  return true;
}

function isBlank(node: HtmlNode): boolean {
  return !/\S/.test(node.textContent ?? '');
}

function kindOf(nodeName: string): string | null {
  return HEADINGS.has(nodeName) ? `heading${Math.min(3, Number(nodeName[1]))}` : null;
}

function atMost(indent: number): number {
  return Math.min(MAX_INDENT, indent);
}

/** Replaces values that may not be stored, such as an indent of 0, by null. */
function valid(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(textBlockAttributes).map(([name, rule]) => [
      name,
      rule(attributes[name]) === null ? null : attributes[name],
    ]),
  );
}
