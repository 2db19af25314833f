import type { Block, Text } from './blocks.ts';
import { iterateBlocks } from './page.ts';
import type * as Y from 'yjs';
import { searchParts } from './text.ts';

export interface DocumentLink {
  /** The id of the document to which the link leads. */
  readonly target: string;
  /** Of the server, in lower case; empty for an address without one. */
  readonly host: string;
  /** The words around the link, on one line. */
  readonly excerpt: string;
  /** Where the words of the link are in the excerpt, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

export interface LinkLimits {
  readonly maxLinks: number;
  readonly excerptLength: number;
}

export interface SearchableText {
  /** See `searchParts`. */
  readonly parts: string[];
  /** To documents of this or another server, in order; of several to the same document, the first. */
  readonly links: DocumentLink[];
}

/** The text of a page for a search index, and its links as far as that text goes, in one pass over the blocks. */
export function searchableText(
  doc: Y.Doc,
  { maxChars, ...limits }: LinkLimits & { readonly maxChars: number },
): SearchableText {
  const links = new Map<string, DocumentLink>();
  const blocks = function* (): Generator<Block> {
    for (const block of iterateBlocks(doc)) {
      yield block;
      if (links.size < limits.maxLinks) addLinks(links, block, limits);
    }
  };
  const parts = searchParts(blocks(), maxChars);
  return { parts, links: [...links.values()] };
}

function addLinks(links: Map<string, DocumentLink>, block: Block, limits: LinkLimits): void {
  for (const link of linksIn(block, limits)) {
    const key = `${link.host}/${link.target}`;
    if (!links.has(key) && links.size < limits.maxLinks) links.set(key, link);
  }
}

/** Where a link to a document leads; null for any other address. */
export function documentOfHref(href: string): Pick<DocumentLink, 'target' | 'host'> | null {
  const match =
    /^(?:(?:https?:)?\/\/(?<host>[\w.:[\]-]{1,255}))?\/d\/(?<target>[\w-]{1,64})(?:[/?#]|$)/i.exec(
      href,
    );
  const { host = '', target } = match?.groups ?? {};
  return target === undefined ? null : { target, host: host.toLowerCase() };
}

function* linksIn(block: Block, limits: LinkLimits): Generator<DocumentLink> {
  if (block.type === 'quote') {
    for (const inner of block.content ?? []) yield* linksIn(inner, limits);
    return;
  }
  if (block.type !== 'textBlock') return;
  let line = '';
  const found: (Pick<DocumentLink, 'target' | 'host' | 'from' | 'to'> & { href: string })[] = [];
  for (const node of block.content ?? []) {
    const text = node.type === 'text' ? node.text.replace(/\s/g, ' ') : ' ';
    const href = node.type === 'text' ? hrefOf(node) : null;
    const link = href === null ? null : documentOfHref(href);
    const last = found.at(-1);
    // A link of several formats is one.
    if (href !== null && last?.href === href && last.to === line.length)
      found[found.length - 1] = { ...last, to: line.length + text.length };
    else if (href !== null && link !== null)
      found.push({ ...link, href, from: line.length, to: line.length + text.length });
    line += text;
  }
  for (const { href: _, from, to, ...link } of found)
    yield { ...link, ...around(line, { from, to }, limits.excerptLength) };
}

function hrefOf({ marks = [] }: Text): string | null {
  for (const mark of marks) if (mark.type === 'link') return mark.attrs.href;
  return null;
}

/** A piece of the line with the link in it, which begins at a word. */
function around(
  line: string,
  link: { readonly from: number; readonly to: number },
  length: number,
): Pick<DocumentLink, 'excerpt' | 'from' | 'to'> {
  const early = Math.max(0, link.from - Math.floor(length / 3));
  const blank = line.indexOf(' ', early);
  const start = early === 0 ? 0 : blank === -1 || blank >= link.from ? link.from : blank + 1;
  const excerpt = line.slice(start, start + length).trimEnd();
  const end = (at: number) => Math.min(at - start, excerpt.length);
  return { excerpt, from: end(link.from), to: end(link.to) };
}
