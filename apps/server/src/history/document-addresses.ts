/**
 * Addresses of documents of this server. Who has one may open the document if its link is on, and so it stays with those who
 * read the document that has it (PB2). Where the server does not know its own address, each `/d/…` may be one of its documents.
 */
import { type Block, type Inline, inlineText } from '@tandem/document';

/** Only resolves addresses, where the server does not know its own. */
const ANY_ORIGIN = 'http://any.invalid';

export function leadsToDocument(href: string, origin: string | null): boolean {
  const base = origin ?? ANY_ORIGIN;
  if (!URL.canParse(href, base)) return false;
  const { hostname, pathname } = new URL(href, base);
  if (!/^\/+(?:d|%64)\//i.test(pathname)) return false;
  // A name that ends with a dot is the same one.
  return origin === null || hostname.replace(/\.$/, '') === new URL(origin).hostname;
}

/** In the place of an address in a text. Pasted addresses become links that have them as their words. */
const WORDS = 'another document';

/** Finds addresses in texts, also without a scheme or a host. Then a short name, which keeps nobody out, may be of a folder. */
export function addressesOfDocuments(origin: string | null): RegExp {
  const known = origin === null ? null : new URL(origin).hostname.replaceAll(/[.[\]]/g, '\\$&');
  const place = String.raw`${known ?? String.raw`[\p{L}\p{N}.-]+`}\.?(?::\d+)?`;
  const path = String.raw`[/\\]+(?:d|%64)[/\\]+[\w%-]`;
  const whole = String.raw`(?:https?:)?[/\\]{2}${place}${path}+`;
  const short = String.raw`(?<![\p{L}\p{N}.-])(?:${place}|(?<![/\\:]))${path}{20,}`;
  return new RegExp(String.raw`(?:${whole}|${short})(?:[/?#][^\s<>"]*)?`, 'giu');
}

/** An address may be in several texts, such as one with a bold part. */
export function withoutAddresses(block: Block, addresses: RegExp): Block {
  switch (block.type) {
    case 'divider':
      return block;
    case 'quote': {
      const content = block.content?.map((each) => withoutAddresses(each, addresses));
      return content === undefined ? block : { ...block, content };
    }
    case 'image':
    case 'file': {
      const attrs = Object.entries(block.attrs ?? {}).map(([name, value]) => [
        name,
        typeof value === 'string' ? value.replace(addresses, WORDS) : value,
      ]);
      return { ...block, attrs: Object.fromEntries(attrs) };
    }
    case 'textBlock':
    case 'codeBlock':
      return { ...block, content: replaceIn(block.content ?? [], addresses) } as Block;
  }
}

function replaceIn(content: readonly Inline[], addresses: RegExp): readonly Inline[] {
  const text = inlineText(content);
  const found = [...text.matchAll(addresses)];
  if (found.length === 0) return content;
  const result: Inline[] = [];
  let at = 0;
  let next = 0;
  for (const node of content) {
    const end = at + (node.type === 'text' ? node.text.length : 1);
    let words = '';
    while (at < end) {
      const address = found[next];
      const from = address?.index ?? text.length;
      const to = from + (address?.[0].length ?? 0);
      if (at < from) words += text.slice(at, Math.min(from, end));
      else if (at === from) words += WORDS;
      at = Math.min(end, at < from ? from : to);
      if (at === to) next++;
    }
    if (node.type === 'hardBreak') result.push(node);
    else if (words !== '') result.push({ ...node, text: words });
  }
  return result;
}
