/** What a page on the web has, and what it never has: PB2 to PB5 of PROTOCOL.md. */
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type Block, type Inline, writePage } from '@tandem/document';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { renderPublicPage, type PublicPageFacts } from './public-page.ts';

const FILE = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const facts: PublicPageFacts = {
  id: '0123456789abcdef0123456789abcdef',
  title: 'Tide log',
  isIndexed: false,
  changedOn: '2026-11-30',
  origin: 'https://docs.example.org',
};

function render(blocks: readonly Block[], some: Partial<PublicPageFacts> = {}) {
  const doc = new Y.Doc();
  writePage(doc, blocks, randomBytes);
  const page = renderPublicPage(Y.encodeStateAsUpdate(doc), { ...facts, ...some });
  return { ...page, text: new TextDecoder().decode(page.html) };
}

const line = (text: string): Block => ({ type: 'textBlock', content: [{ type: 'text', text }] });

test('PB2 a page has all kinds of blocks, the day, and a description', () => {
  const { text, files, gzip } = render([
    { type: 'textBlock', attrs: { kind: 'heading1' }, content: [{ type: 'text', text: 'Log' }] },
    line('High water at nine.'),
    { type: 'textBlock', attrs: { list: 'bullet' }, content: [{ type: 'text', text: 'rope' }] },
    {
      type: 'textBlock',
      attrs: { list: 'task', checked: true },
      content: [{ type: 'text', text: 'lamp' }],
    },
    { type: 'quote', content: [line('Slack')] },
    { type: 'codeBlock', attrs: { language: 'ts' }, content: [{ type: 'text', text: '<x>' }] },
    { type: 'divider' },
    { type: 'image', attrs: { file: FILE, alt: 'The quay', width: 64, height: 32 } },
  ]);
  for (const part of [
    '<title>Tide log</title>',
    '<h1>Log</h1>',
    '<li>rope</li>',
    '<label><input type="checkbox" disabled checked>lamp</label>',
    '<blockquote><p>Slack</p></blockquote>',
    '&lt;x&gt;',
    `src="/p/${facts.id}/files/${FILE}"`,
    '<meta name="robots" content="noindex">',
    '<meta name="description" content="Log High water at nine.',
    '<meta property="og:title" content="Tide log">',
    `<meta property="og:image" content="https://docs.example.org/p/${facts.id}/files/${FILE}">`,
    `<link rel="canonical" href="https://docs.example.org/p/tide-log-${facts.id}">`,
    '<time datetime="2026-11-30">Last changed on November 30, 2026</time>',
  ])
    expect(text).toContain(part);
  expect(files).toEqual([FILE]);
  expect(gunzipSync(gzip).toString()).toBe(text);
});

test('PB4 an indexed page says nothing to search engines, and one without an address names none', () => {
  const { text } = render([line('Slack')], { isIndexed: true, origin: null });
  expect(text).not.toContain('robots');
  expect(text).not.toContain('canonical');
  expect(text).not.toContain('og:url');
});

test('PB3 hostile titles, texts, names and links become text, or nothing', () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const { text } = render(
    [
      line(evil),
      {
        type: 'textBlock',
        content: [
          {
            type: 'text',
            text: 'link',
            marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }],
          },
        ],
      },
      { type: 'codeBlock', attrs: { language: '"onload="x' }, content: [] },
      { type: 'image', attrs: { file: FILE, alt: evil, caption: evil, name: evil } },
      { type: 'file', attrs: { file: `${FILE}"onclick="x`, name: evil } },
      { type: 'textBlock', attrs: { id: '"onclick="x' }, content: [{ type: 'text', text: evil }] },
    ],
    { title: evil },
  );
  expect(text).not.toMatch(/<script|<img src=x|href="javascript/i);
  // Values that end where they should hold no attribute.
  expect(text.replaceAll(/="[^"]*"/g, '=""')).not.toMatch(/<[^>]*\son\w+=/i);
});

test('PB5 the same page has the same hash, and another one has another', () => {
  const one = render([line('Slack')]);
  expect(render([line('Slack')]).hash).toBe(one.hash);
  expect(render([line('Slack')], { title: 'Tides' }).hash).not.toBe(one.hash);
  expect(render([line('Slack')], { isIndexed: true }).hash).not.toBe(one.hash);
});

test('PB2 a document without a title or a text is a page, too', () => {
  const { text } = render([], { title: '  ' });
  expect(text).toContain('<title>Untitled</title>');
  expect(text).not.toContain('description');
});

type Text = Extract<Inline, { type: 'text' }>;

const linked = (text: string, href: string): Block => ({
  type: 'textBlock',
  content: [{ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }],
});

test.each([
  ['https://docs.example.org/d/secret', 'https://docs.example.org', null],
  ['http://docs.example.org:8080/d/secret?x#y', 'https://docs.example.org', null],
  ['/d/secret', 'https://docs.example.org', null],
  ['../d/secret', 'https://docs.example.org', null],
  ['/./%64/secret', 'https://docs.example.org', null],
  ['//docs.example.org/d/secret', 'https://docs.example.org', null],
  ['https://docs.example.org\\d\\secret', 'https://docs.example.org', null],
  ['https://docs.example.org./d/secret', 'https://docs.example.org', null],
  ['https://other.example.org/d/tide', 'https://docs.example.org', 'rel'],
  ['https://docs.example.org/p/tide', 'https://docs.example.org', 'rel'],
  ['https://other.example.org/tide/d/', null, 'rel'],
  ['mailto:ada@example.org', null, 'rel'],
  // Without PUBLIC_URL, it may be this server.
  ['https://other.example.org/d/secret', null, null],
])('PB2 PB3 a link to %s on %s', (href, origin, kept) => {
  const { text } = render([linked('the words', href)], { origin });
  expect(text).toContain('the words');
  if (kept === null) expect(text).not.toContain('secret');
  else expect(text).toContain(`rel="nofollow ugc noopener">the words</a>`);
});

const SECRET = 'NtQ5hCkVvWx0aPzY7rB2';
const OWN = `https://docs.example.org/d/${SECRET}`;
const written = (...parts: readonly Text[]): Block => ({ type: 'textBlock', content: parts });
const text = (words: string, ...marks: NonNullable<Text['marks']>): Text => ({
  ...{ type: 'text', text: words, marks },
});
const bold = { type: 'bold' } as const;
const toOwn = { type: 'link', attrs: { href: OWN } } as const;

test.each([
  ['as a link of its own', linked(OWN, OWN)],
  ['with a place in it', line(`Read ${OWN}?comment=1#top first`)],
  ['in two parts', written(text(OWN.slice(0, 40)), text(OWN.slice(40), bold))],
  ['in two links', written(text(OWN.slice(0, 9), toOwn), text(OWN.slice(9), bold, toOwn))],
  ['without a scheme', line(`docs.example.org/d/${SECRET}`)],
  ['of another port', line(`http://docs.example.org:8080/d/${SECRET}.`)],
  ['without a host', line(`(/d/${SECRET})`)],
  ['in a quote', { type: 'quote', content: [line(OWN)] }],
  ['in code', { type: 'codeBlock', content: [{ type: 'text', text: `open ${OWN}` }] }],
  ['below an image', { type: 'image', attrs: { file: FILE, caption: OWN, alt: OWN } }],
] as readonly [string, Block][])(
  'PB2 an address of a document %s is not written',
  (_what, block) => {
    for (const origin of ['https://docs.example.org', null]) {
      const page = render([block], { origin });
      expect(page.text).not.toContain(SECRET.slice(5));
      expect(page.text).toContain('another document');
    }
  },
);

test('PB2 words around an address stay, and other addresses do', () => {
  const kept = 'See https://other.example.org/d/tide, src/d/tide.ts and /d/tide for';
  const page = render([
    written(
      text('first '),
      text(`${kept} `, bold),
      text(`${OWN}, `),
      text(`${OWN} and`, bold),
      text(' last'),
    ),
  ]);
  expect(page.text).toContain(
    `<p>first <strong>${kept} </strong>another document, <strong>another document and</strong> last</p>`,
  );
  expect(page.text).toContain(
    `content="first ${kept} another document, another document and last"`,
  );
});

test('PB2 addresses are looked for in one pass', () => {
  for (const hostile of ['/', 'a', 'a.', 'https://', '//a', '/d/', '//a/d/%'])
    for (const origin of ['https://docs.example.org', null])
      render([line(hostile.repeat(Math.floor(1_000_000 / hostile.length)))], { origin });
});

test('PB2 names of images stay with the document', () => {
  const { text } = render([{ type: 'image', attrs: { file: FILE, name: 'salary of Ben.png' } }]);
  expect(text).not.toContain('salary');
});

test('PB10 a page that would be too long says so, and has no files', () => {
  const image: Block = { type: 'image', attrs: { file: FILE } };
  const letters = Array.from({ length: 500 }, (_, at) =>
    linked('x', `https://example.org/?${at}${'&'.repeat(4_000)}`),
  );
  for (const blocks of [letters, [line('\u6f6e'.repeat(3_000_000))]]) {
    const { text, html, files } = render([image, ...blocks]);
    expect(text).toContain('<title>Tide log</title>');
    expect(text).toContain('This document is too long to be shown as a page.');
    expect(html.length).toBeLessThan(10_000);
    expect(files).toEqual([]);
    expect(text).not.toContain(FILE);
  }
});

test('PB10 the bytes of a page move between threads by themselves', () => {
  for (const { html, gzip } of [render([]), render([line('Slack '.repeat(10_000))])])
    for (const bytes of [html, gzip])
      expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, bytes.byteLength]);
});
