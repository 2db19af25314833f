import { pageRoots, writePage, type Block } from '@tandem/document';
import { Authority, type StoredDocument } from '@tandem/sync';
import { SeededRandom } from '@tandem/testkit';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { rulesFor } from './rules.ts';

/**
 * Pages are one long text to the engine. The server never writes in it, and large legitimate edits
 * pass.
 */

const BLOCKS = 10_000;
const rules = rulesFor('page');

function peer(client: number, ...updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = client;
  pageRoots(doc);
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

function serverOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  rules.prepare?.(doc);
  Y.applyUpdate(doc, update);
  return doc;
}

function submit(server: Y.Doc, update: Uint8Array): string {
  const validation = rules.validateUpdate(update, {
    doc: server,
    user: 'ada',
    owner: () => undefined,
  });
  if (validation.kind !== 'accepted') return JSON.stringify(validation);
  const error = server.transact((transaction) => {
    Y.applyUpdate(server, update);
    return rules.check(transaction);
  });
  return error === null ? 'accepted' : JSON.stringify(error);
}

const textBlock = (index: number): Block => ({
  type: 'textBlock',
  attrs: { id: `b${index}` },
  content: [
    { type: 'text', text: `Some fifteen words or so ` },
    {
      type: 'text',
      text: `of block ${index}`,
      ...(index % 10 === 0 && { marks: [{ type: 'bold' }] }),
    },
  ],
});

function imported(): Uint8Array {
  const doc = peer(1);
  writePage(
    doc,
    Array.from({ length: BLOCKS }, (_, index) => textBlock(index)),
    (length) => new Uint8Array(length),
  );
  return Y.encodeStateAsUpdate(doc);
}

function grown(): Uint8Array {
  const random = new SeededRandom(1);
  const doc = peer(1);
  doc.transact(() => {
    const { text } = pageRoots(doc);
    for (let block = 0; block < BLOCKS; block++) {
      doc.clientID = random.int(1, 50);
      text.insertEmbed(text.length, { id: `b${block}` });
      for (let word = 0; word < 3; word++) {
        doc.clientID = random.int(1, 50);
        text.insert(text.length, 'words ');
      }
    }
  });
  return Y.encodeStateAsUpdate(doc);
}

const EDITS: [what: string, edit: (doc: Y.Doc) => void][] = [
  ['makes everything bold', (doc) => formatAll(doc, { bold: true })],
  ['makes nothing bold', (doc) => formatAll(doc, { bold: null })],
  ['links everything', (doc) => formatAll(doc, { link: { href: 'https://a.b' } })],
  ['deletes everything', (doc) => doc.getText('text').delete(0, doc.getText('text').length)],
  [
    'makes everything a list',
    (doc) => {
      const { attributes } = pageRoots(doc);
      for (let block = 0; block < BLOCKS; block++) attributes.set(`b${block}.list`, 'bullet');
    },
  ],
  ['pastes 2,000 blocks', (doc) => paste(doc, Math.floor(doc.getText('text').length / 2))],
  [
    'replaces everything by 2,000 blocks',
    (doc) => {
      doc.getText('text').delete(0, doc.getText('text').length);
      paste(doc, 0);
    },
  ],
  ['deletes every second block', (doc) => deleteEach(doc, { every: 2, length: blockLength(doc) })],
  ['deletes a word of each block', (doc) => deleteEach(doc, { every: 1, length: 5 })],
];

function formatAll(doc: Y.Doc, formats: Record<string, unknown>): void {
  const { text } = pageRoots(doc);
  text.format(0, text.length, formats);
}

function paste(doc: Y.Doc, at: number): void {
  doc
    .getText('text')
    .applyDelta([
      { retain: at },
      ...Array.from({ length: 2_000 }, (_, index) => [
        { insert: { id: `p${index}` } },
        { insert: `pasted words of block ${index}` },
      ]).flat(),
    ]);
}

function deleteEach(
  doc: Y.Doc,
  options: { readonly every: number; readonly length: number },
): void {
  const { text } = pageRoots(doc);
  const step = options.every * blockLength(doc);
  for (let at = text.length - step; at > 0; at -= step) text.delete(at, options.length);
}

function blockLength(doc: Y.Doc): number {
  return Math.floor(doc.getText('text').length / BLOCKS);
}

describe.each([
  ['imported', imported],
  ['grown', grown],
])('10,000 blocks, %s, and one person', (_, create) => {
  const base = create();

  test.each(EDITS)('%s', { timeout: 60_000 }, (_, edit) => {
    const author = peer(77, base);
    author.transact(() => edit(author));
    const server = serverOf(base);
    const update = Y.encodeStateAsUpdate(author, Y.encodeStateVector(server));
    const verdict = submit(server, update);
    expect(verdict).toBe('accepted');
    expect(server.getText('text').toDelta()).toEqual(author.getText('text').toDelta());
  });
});

test('50 people who write at one place at once', { timeout: 60_000 }, () => {
  const base = peer(1);
  base.getText('text').insert(0, 'here');
  const start = Y.encodeStateAsUpdate(base);
  const server = serverOf(start);
  for (let person = 2; person <= 51; person++) {
    const author = peer(person, start);
    const { text } = pageRoots(author);
    // Inserts each line above the last one, which makes conflict walks long.
    for (let line = 0; line < 40; line++) {
      text.insertEmbed(2, { id: `p${person}-${line}` });
      text.insert(3, 'line');
    }
    const update = Y.encodeStateAsUpdate(author, Y.encodeStateVector(server));
    expect(submit(server, update)).toBe('accepted');
  }
});

describe('WR8 the server never writes', () => {
  /**
   * Two clients mark the same words at once and a third unmarks them: Yjs finds redundant formats.
   */
  function marks(): Uint8Array[] {
    const first = peer(1);
    first.getText('text').insert(0, 'some words here');
    const base = Y.encodeStateAsUpdate(first);
    const edits = [2, 3, 4].map((client) => {
      const doc = peer(client, base);
      const { text } = pageRoots(doc);
      if (client === 4) text.delete(2, 8);
      else text.format(0, 10 + client, { bold: true });
      return Y.encodeStateAsUpdate(doc, Y.encodeStateVector(first));
    });
    return [base, ...edits];
  }

  test('while a document that Yjs opens as it likes does', () => {
    const doc = new Y.Doc();
    doc.getText('text');
    const [base, ...edits] = marks();
    Y.applyUpdate(doc, base!);
    const told: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => told.push(update));
    for (const edit of edits) Y.applyUpdate(doc, edit);
    expect(told.length).toBeGreaterThan(edits.length);
  });

  test('neither in a document of the engine nor when it is loaded', () => {
    const [base, ...edits] = marks();
    const stored: StoredDocument = {
      document: 'page',
      epoch: 'life',
      timelines: { current: 't1', earlier: [] },
      kind: 'page',
      snapshot: base!,
      snapshotOffset: 1,
      rows: [],
      owners: new Map(),
      tail: null,
    };
    const view = Authority.load(stored, rules).view();
    const told: Uint8Array[] = [];
    view.on('update', (update: Uint8Array) => told.push(update));
    for (const edit of edits) Y.applyUpdate(view, edit);
    expect(told).toHaveLength(edits.length);
    expect(view.store.clients.has(view.clientID)).toBe(false);
    // Deletions come from the authors only.
    const untouched = new Y.Doc();
    for (const update of [base!, ...edits]) Y.applyUpdate(untouched, update);
    expect(Y.equalSnapshots(Y.snapshot(view), Y.snapshot(untouched))).toBe(true);
  });
});
