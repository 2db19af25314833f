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
      if (block.type === 'divider') return [];
      return block.type === 'quote' ? lines(block.content ?? []) : [inlineText(block.content)];
    });
  return lines(blocksOf(source)).join('\n');
}
