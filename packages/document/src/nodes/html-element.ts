import { isBlockId } from './definition.ts';

/** The part of the DOM that reading HTML needs; this package compiles without the DOM's types. */

export interface HtmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  nodeValue: string | null;
  readonly textContent: string | null;
  readonly parentNode: HtmlNode | null;
  readonly previousSibling: HtmlNode | null;
  readonly childNodes: ArrayLike<HtmlNode>;
}

export interface HtmlElement extends HtmlNode {
  getAttribute(name: string): string | null;
}

export function isElement(node: HtmlNode): node is HtmlElement {
  return node.nodeType === 1;
}

export function isText(node: HtmlNode): boolean {
  return node.nodeType === 3;
}

export function hasClass(element: HtmlElement, name: string): boolean {
  return (element.getAttribute('class') ?? '').split(/\s+/).includes(name);
}

export function closest(
  element: HtmlNode,
  names: ReadonlySet<string>,
  boundaries: ReadonlySet<string>,
): HtmlElement | null {
  for (let node: HtmlNode | null = element; node !== null; node = node.parentNode) {
    if (names.has(node.nodeName) && isElement(node)) return node;
    if (boundaries.has(node.nodeName)) return null;
  }
  return null;
}

export function readBlockId(element: HtmlElement): { id: string | null } {
  const id = element.getAttribute('data-id');
  return { id: isBlockId(id) ? id : null };
}
