import type { Block, Inline, Text } from './blocks.ts';
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
  limits: LinkLimits & { readonly maxChars: number },
): SearchableText {
  const links = new LinkCollector(limits);
  const blocks = function* (): Generator<Block> {
    for (const block of iterateBlocks(doc)) {
      yield block;
      links.add(block);
    }
  };
  const parts = searchParts(blocks(), limits.maxChars);
  return { parts, links: links.list() };
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

interface FoundLink extends Pick<DocumentLink, 'target' | 'host' | 'from'> {
  readonly href: string;
  to: number;
}

/** Anybody who writes decides how many links a line has: beyond the limits, one costs no more than its letters. */
class LinkCollector {
  readonly #links = new Map<string, DocumentLink>();
  readonly #limits: LinkLimits;
  #charsLeft: number;

  constructor({ maxChars, ...limits }: LinkLimits & { readonly maxChars: number }) {
    this.#limits = limits;
    this.#charsLeft = maxChars;
  }

  list(): DocumentLink[] {
    return [...this.#links.values()];
  }

  add(block: Block): void {
    if (this.#links.size >= this.#limits.maxLinks || this.#charsLeft <= 0) return;
    if (block.type === 'quote') for (const inner of block.content ?? []) this.add(inner);
    if (block.type !== 'textBlock') return;
    const { line, found } = this.#read(block.content ?? []);
    this.#charsLeft -= line.length;
    for (const [key, { href: _, from, to, ...link }] of found)
      this.#links.set(key, { ...link, ...around(line, { from, to }, this.#limits.excerptLength) });
  }

  /** The line as far as it counts, and its links to documents that are not known yet. */
  #read(content: readonly Inline[]): {
    readonly line: string;
    readonly found: ReadonlyMap<string, FoundLink>;
  } {
    const found = new Map<string, FoundLink>();
    let line = '';
    let last: FoundLink | undefined;
    for (const node of content) {
      if (line.length >= this.#charsLeft) break;
      const text = node.type === 'text' ? node.text.replace(/\s/g, ' ') : ' ';
      const href = node.type === 'text' ? hrefOf(node) : null;
      const [from, to] = [line.length, line.length + text.length];
      line += text;
      if (href === null) continue;
      // A link of several formats is one.
      if (last?.href === href && last.to === from) {
        last.to = to;
        continue;
      }
      if (this.#links.size + found.size >= this.#limits.maxLinks) continue;
      const link = documentOfHref(href);
      const key = link === null ? '' : `${link.host}/${link.target}`;
      if (link === null || this.#links.has(key) || found.has(key)) continue;
      last = { ...link, href, from, to };
      found.set(key, last);
    }
    return { line, found };
  }
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
  const blank = line.slice(early, link.from).indexOf(' ');
  const start = early === 0 ? 0 : blank === -1 ? link.from : early + blank + 1;
  const excerpt = line.slice(start, start + length).trimEnd();
  const end = (at: number) => Math.min(at - start, excerpt.length);
  return { excerpt, from: end(link.from), to: end(link.to) };
}
