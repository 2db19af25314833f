/** A published page as the bytes of an answer, computed from the bytes of its state: PB3 to PB5 of PROTOCOL.md. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type Block,
  excerpt,
  htmlPage,
  type ImageBlock,
  readPage,
  toBoundedHtml,
} from '@tandem/document';
import { publicFilePath, publicPagePath } from '@tandem/protocol/public-pages';
import * as Y from 'yjs';
import { PUBLIC_PAGES } from '../limits.ts';
import { addressesOfDocuments, leadsToDocument, withoutAddresses } from './document-addresses.ts';

export interface PublicPageFacts {
  readonly id: string;
  readonly title: string;
  readonly isIndexed: boolean;
  /** ISO 8601, without the time. */
  readonly changedOn: string;
  /** Where PUBLIC_URL is set. */
  readonly origin: string | null;
}

/** Each array has a buffer of its own, which moves between threads without a copy. */
export interface PublicPage {
  readonly html: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  /** Of what is in it, so that the same page has it on each server. */
  readonly hash: string;
  /** Ids of the files that it shows. Others of the document stay where they are (PB7). */
  readonly files: readonly string[];
}

/** Of the web application. Browsers would ask for another one. */
export const SITE_ICON = '/icon.svg';

const UNTITLED = 'Untitled';

/** Stands for a text that would be more than `maxHtmlBytes` (PB10). */
const TOO_LONG: readonly Block[] = [
  {
    type: 'textBlock',
    content: [
      {
        type: 'text',
        text: 'This document is too long to be shown as a page. Nothing is lost. Ask the person who gave you the address for a copy.',
      },
    ],
  },
];

/** Search engines count no link of a text as the server's, and what a link opens gets no hold of the page. */
const LINK_RELATION = 'nofollow ugc noopener';

export function renderPublicPage(state: Uint8Array, facts: PublicPageFacts): PublicPage {
  const addresses = addressesOfDocuments(facts.origin);
  const blocks = blocksOf(state).map((block) => withoutAddresses(block, addresses));
  return render(blocks, facts) ?? render(TOO_LONG, facts)!;
}

/** @returns null for a page that is too long. */
function render(blocks: readonly Block[], facts: PublicPageFacts): PublicPage | null {
  const files = new Set<string>();
  const body = toBoundedHtml(blocks, {
    maxLength: PUBLIC_PAGES.maxHtmlBytes,
    hasFileData: false,
    linkRelation: (href) => (leadsToDocument(href, facts.origin) ? null : LINK_RELATION),
    fileAddress(file) {
      files.add(file);
      return publicFilePath(facts.id, file);
    },
  });
  if (body === null) return null;
  const html = new TextEncoder().encode(writeAround(body, blocks, facts));
  if (html.length > PUBLIC_PAGES.maxHtmlBytes) return null;
  return {
    html,
    gzip: new Uint8Array(gzipSync(html)),
    hash: createHash('sha256').update(html).digest('base64url').slice(0, 22),
    files: [...files],
  };
}

function writeAround(body: string, blocks: readonly Block[], facts: PublicPageFacts): string {
  const title = facts.title.trim() === '' ? UNTITLED : facts.title;
  const description = excerpt(blocks, PUBLIC_PAGES.descriptionLength);
  const { id, origin } = facts;
  const address = origin === null ? null : origin + publicPagePath(id, facts.title);
  const [image] = imagesOf(blocks);
  const picture = image?.attrs?.file ?? null;
  return htmlPage(body, {
    title,
    policy: null,
    icon: SITE_ICON,
    canonical: address,
    meta: [
      ...(facts.isIndexed ? [] : ([['robots', 'noindex']] as const)),
      ...(description === '' ? [] : ([['description', description]] as const)),
      ['og:type', 'article'],
      ['og:title', title],
      ...(description === '' ? [] : ([['og:description', description]] as const)),
      ...(address === null ? [] : ([['og:url', address]] as const)),
      ...(origin === null || picture === null
        ? []
        : ([['og:image', origin + publicFilePath(id, picture)]] as const)),
    ],
    changed: { date: facts.changedOn, words: `Last changed on ${inWords(facts.changedOn)}` },
  });
}

function blocksOf(state: Uint8Array): readonly Block[] {
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, state);
    return readPage(doc);
  } finally {
    doc.destroy();
  }
}

function* imagesOf(blocks: readonly Block[]): Generator<ImageBlock> {
  for (const block of blocks) {
    if (block.type === 'quote') yield* imagesOf(block.content ?? []);
    else if (block.type === 'image' && block.attrs?.file != null) yield block;
  }
}

function inWords(date: string): string {
  const style = { dateStyle: 'long', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat('en', style).format(new Date(date));
}
