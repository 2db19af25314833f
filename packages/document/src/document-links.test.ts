import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import type { Block, Mark } from './blocks.ts';
import { documentOfHref, searchableText } from './document-links.ts';
import { appendBlocks } from './page.ts';

const LIMITS = { maxLinks: 3, excerptLength: 40, maxChars: 1_000 };
const random = (length: number) => Uint8Array.from({ length }, () => Math.floor(seed() * 256));
let state = 1;
const seed = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;

const line = (...words: readonly (string | readonly [text: string, href: string, ...Mark[]])[]) =>
  ({
    type: 'textBlock',
    content: words.map((word) =>
      typeof word === 'string'
        ? { type: 'text', text: word }
        : {
            type: 'text',
            text: word[0],
            marks: [...word.slice(2), { type: 'link', attrs: { href: word[1] } }] as Mark[],
          },
    ),
  }) satisfies Block;

function linksOf(...blocks: readonly Block[]) {
  const doc = new Y.Doc();
  appendBlocks(doc, blocks, random);
  return searchableText(doc, LIMITS).links;
}

test('BL1 addresses of documents, on this host or another, and no others', () => {
  expect(documentOfHref('/d/plan')).toEqual({ target: 'plan', host: '' });
  expect(documentOfHref('https://Docs.example.org:8443/d/pl_an-1?history=true#x')).toEqual({
    target: 'pl_an-1',
    host: 'docs.example.org:8443',
  });
  expect(documentOfHref('//docs.example.org/d/plan/')).toEqual({
    target: 'plan',
    host: 'docs.example.org',
  });
  const others = [
    'd/plan',
    '/d/',
    '/x/d/plan',
    '/d/a b',
    `/d/${'a'.repeat(65)}`,
    'mailto:a@example.org/d/plan',
    'javascript://docs.example.org/d/plan',
    'https://docs.example.org@evil.example/d/plan',
    'https://docs.example.org\\@evil.example/d/plan',
    'https:///d/plan',
  ];
  expect(others.filter((href) => documentOfHref(href) !== null)).toEqual([]);
});

test('BL3 the first link to each document, with the words around it', () => {
  const links = linksOf(line('High water is in ', ['the tide log', '/d/tide'], ', as always.'), {
    type: 'quote',
    content: [line(['again', '/d/tide'], ' and ', ['the moon', '/d/moon'])],
  });
  expect(links).toEqual([
    { target: 'tide', host: '', excerpt: 'water is in the tide log, as always.', from: 12, to: 24 },
    { target: 'moon', host: '', excerpt: 'again and the moon', from: 10, to: 18 },
  ]);
});

test('BL3 a link of several formats is one, and a long one is cut', () => {
  const [bold] = linksOf(line(['the ', '/d/tide'], ['tide', '/d/tide', { type: 'bold' }]));
  expect(bold).toMatchObject({ excerpt: 'the tide', from: 0, to: 8 });
  const [long] = linksOf(line('See ', ['x'.repeat(100), '/d/tide']));
  expect(long?.excerpt).toHaveLength(LIMITS.excerptLength);
  expect(long).toMatchObject({ from: 4, to: LIMITS.excerptLength });
});

test('BL4 as many links as the limit', () => {
  expect(
    linksOf(line(...['a', 'b', 'c', 'd'].map((id) => [id, `/d/${id}`] as const))),
  ).toHaveLength(LIMITS.maxLinks);
});

test('BL4 links count as far as the text is searched', () => {
  const doc = new Y.Doc();
  const blocks = ['a', 'b', 'c'].map((id) => line([id.repeat(600), `/d/${id}`]));
  appendBlocks(doc, blocks, random);
  const { parts, links } = searchableText(doc, LIMITS);
  expect(parts.join('').replaceAll('\n', '')).toHaveLength(1_000);
  expect(links.map(({ target }) => target)).toEqual(['a', 'b']);
});

test('BL4 links of one long block count as far as the text is searched', () => {
  const doc = new Y.Doc();
  const words = ['a', 'b', 'c'].map((id) => [id.repeat(600), `/d/${id}`] as const);
  appendBlocks(doc, [line(...words)], random);
  expect(searchableText(doc, LIMITS).links.map(({ target }) => target)).toEqual(['a', 'b']);
});

test('BL4 a line of very many links is not searched for each of them', () => {
  const doc = new Y.Doc();
  const words = Array.from({ length: 50_000 }, (_, i) => ['tide', `/d/${i}`] as const);
  appendBlocks(doc, [line(...words)], random);
  const { indexOf } = String.prototype;
  let searched = 0;
  const spy = vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (
    this: string,
    wanted: string,
    from = 0,
  ) {
    searched += this.length - from;
    return Reflect.apply(indexOf, this, [wanted, from]);
  });
  const limits = { maxLinks: 200, excerptLength: 160, maxChars: 1_000_000 };
  const { links } = searchableText(doc, limits);
  spy.mockRestore();
  expect(links).toHaveLength(limits.maxLinks);
  expect(searched).toBeLessThan(limits.maxLinks * limits.excerptLength);
});
