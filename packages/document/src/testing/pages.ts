import * as Y from 'yjs';
import { type Block, type RandomBytes, inlineText } from '../blocks.ts';
import { writePage } from '../page.ts';
import { blocksOf, type BlockSource } from '../text.ts';

/** A page that uses every node, mark and attribute. */
export const EVERYTHING: readonly Block[] = [
  {
    type: 'textBlock',
    attrs: { id: 'title', kind: 'heading1' },
    content: [{ type: 'text', text: 'Title' }],
  },
  {
    type: 'textBlock',
    attrs: { id: 'text' },
    content: [
      { type: 'text', text: 'plain ' },
      {
        type: 'text',
        text: 'all',
        marks: [
          { type: 'link', attrs: { href: 'https://a.b' } },
          { type: 'bold' },
          { type: 'italic' },
          { type: 'strike' },
          { type: 'code' },
        ],
      },
      { type: 'hardBreak' },
      { type: 'text', text: 'below' },
    ],
  },
  { type: 'textBlock', attrs: { id: 'empty' } },
  {
    type: 'textBlock',
    attrs: { id: 'bullet', list: 'bullet' },
    content: [{ type: 'text', text: 'one' }],
  },
  {
    type: 'textBlock',
    attrs: { id: 'ordered', list: 'ordered', indent: 1 },
    content: [{ type: 'text', text: 'two' }],
  },
  {
    type: 'textBlock',
    attrs: { id: 'task', list: 'task', checked: true },
    content: [{ type: 'text', text: 'three' }],
  },
  {
    type: 'quote',
    attrs: { id: 'quote' },
    content: [
      {
        type: 'textBlock',
        attrs: { id: 'quoted', kind: 'heading2' },
        content: [{ type: 'text', text: 'said' }],
      },
    ],
  },
  {
    type: 'codeBlock',
    attrs: { id: 'code', language: 'ts' },
    content: [{ type: 'text', text: 'let a;\n\tlet b;' }],
  },
  { type: 'divider', attrs: { id: 'divider' } },
  {
    type: 'image',
    attrs: {
      id: 'image',
      file: '01JD9X6Z7S8K3Q2M5N4P6R0001',
      name: 'high water (2).png',
      size: 48_213,
      caption: 'The quay at "high" water',
      width: 1_600,
      height: 900,
      alt: 'Boats [three] beside a quay',
      displayWidth: 480,
    },
  },
  {
    type: 'file',
    attrs: {
      id: 'file',
      file: '01JD9X6Z7S8K3Q2M5N4P6R0002',
      name: 'Gezeiten 2026.pdf',
      size: 1_048_576,
      caption: 'All tides & currents',
    },
  },
];

/** Images and files without ids, with hostile words. */
export const UPLOADED: readonly Block[] = [
  { type: 'image', attrs: { file: '01JD9X6Z7S8K3Q2M5N4P6R0001' } },
  {
    type: 'image',
    attrs: {
      file: '01JD9X6Z7S8K3Q2M5N4P6R0002',
      name: "](javascript:alert(1)) '&#x41;.png",
      caption: '"><script>alert(1)</script>',
      alt: '![[`*_~<>]]',
      width: 1,
      height: 100_000,
    },
  },
  {
    type: 'file',
    attrs: {
      file: '01JD9X6Z7S8K3Q2M5N4P6R0003',
      name: '50 % & <b>more<b> (2).tar.gz',
      size: 0,
      caption: 'a=b&c=d?e#f',
    },
  },
];

export function seededBytes(seed: number): RandomBytes {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return (mixed ^ (mixed >>> 14)) & 255;
    });
}

export function pageOf(blocks: readonly Block[] = EVERYTHING, clientId = 1): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  writePage(doc, blocks, seededBytes(clientId));
  return doc;
}

export function copyOf(doc: Y.Doc, clientId: number): Y.Doc {
  const copy = new Y.Doc();
  copy.clientID = clientId;
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

export function merge(...docs: readonly Y.Doc[]): void {
  for (const from of docs)
    for (const to of docs)
      if (from !== to) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));
}

export function plainText(source: BlockSource): string {
  const lines = (blocks: Iterable<Block>): string[] =>
    [...blocks].flatMap((block) => {
      if (block.type === 'quote') return lines(block.content ?? []);
      return block.type === 'textBlock' || block.type === 'codeBlock'
        ? [inlineText(block.content)]
        : [];
    });
  return lines(blocksOf(source)).join('\n');
}
