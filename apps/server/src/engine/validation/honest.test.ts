import { describe as group, expect, test } from 'vitest';
import * as Y from 'yjs';
import { SeededRandom } from '@tandem/testkit';
import { pageWritingStyle } from '../testing/page-peer.ts';
import { ask } from './testing/fuzz.ts';
import { readHexLines } from './testing/hex-lines.ts';
import { HonestPeer, packagings } from './testing/honest.ts';
import { describe, load } from './testing/survival.ts';

/** Yjs parks what it cannot apply; we ask for what is missing; and that is the only difference. */
function expectVerdict(doc: Y.Doc, bytes: Uint8Array): 'admitted' | 'missing' {
  const { store } = load(Y.encodeStateAsUpdate(doc), bytes);
  const isParked = store.pendingStructs !== null || store.pendingDs !== null;
  const { kind } = ask(doc, bytes);
  expect(kind).toBe(isParked ? 'missing' : 'admitted');
  return isParked ? 'missing' : 'admitted';
}

function peer(clientID: number, ...updates: Uint8Array[]): Y.Doc {
  const doc = load(...updates);
  doc.clientID = clientID;
  return doc;
}

const SEEDS = Array.from({ length: 8 }, (_, i) => i + 1);

test.each([
  ...SEEDS.map((seed) => ({ seed, what: 'data', writingStyle: undefined })),
  ...SEEDS.map((seed) => ({ seed, what: 'a page', writingStyle: pageWritingStyle })),
])(
  'whatever honest peers send of $what, in any packaging: seed $seed',
  ({ seed, writingStyle }) => {
    const random = new SeededRandom(seed);
    const server = new Y.Doc({ guid: 'server' });
    const peers = [
      new HonestPeer(random.fork(), undefined, writingStyle),
      new HonestPeer(random.fork(), undefined, writingStyle),
      new HonestPeer(random.fork(), undefined, writingStyle),
    ];
    for (let round = 0; round < 20; round++) {
      const sender = random.pick(peers);
      for (let left = random.int(1, 4); left > 0; left--) sender.edit();
      for (const bytes of packagings(sender, server, random)) {
        if (expectVerdict(server, bytes) === 'admitted' && random.chance(0.3))
          Y.applyUpdate(server, bytes);
      }
      if (random.chance(0.5)) random.pick(peers).receive(Y.encodeStateAsUpdate(server));
    }
  },
);

// Written by testing/honest.ts with that version of Yjs in the place of ours.
test.each(['13.6.0', '13.6.14', '13.6.33'])('recorded sessions of Yjs %s', (version) => {
  const server = new Y.Doc({ guid: 'server' });
  for (const [bytes] of readHexLines(`yjs-${version}.hex`)) {
    if (expectVerdict(server, bytes!) === 'admitted') Y.applyUpdate(server, bytes!);
  }
  expect(server.share.size).toBeGreaterThanOrEqual(4);
  expect(describe(load(Y.encodeStateAsUpdate(server)))).toBe(describe(server));
});

group('one of each kind', () => {
  test('nothing at all', () => {
    expect(ask(new Y.Doc(), Uint8Array.of(0, 0))).toEqual({
      kind: 'admitted',
      clients: [],
      claims: [],
      repeats: false,
      steps: 0,
    });
  });

  test('a surrogate pair of which half was deleted, before and after the split', () => {
    const author = peer(1);
    author.getText('t').insert(0, 'a🙂b');
    const before = Y.encodeStateAsUpdate(author);
    author.getText('t').delete(2, 1);
    author.getText('t').insert(2, '𝄞');
    const server = load(before);
    expectVerdict(server, Y.encodeStateAsUpdate(author, Y.encodeStateVector(server)));
    expectVerdict(new Y.Doc(), Y.encodeStateAsUpdate(author));
  });

  test('the rest of a text of which the document has the beginning, cut in a surrogate pair', () => {
    const author = peer(1);
    author.getText('t').insert(0, 'ab');
    const server = load(Y.encodeStateAsUpdate(author));
    author.getText('t').insert(2, '🙂c');
    const whole = Y.encodeStateAsUpdate(author);
    expect(ask(server, whole)).toMatchObject({ clients: [{ client: 1, from: 2, to: 5 }] });
    const cut = Y.diffUpdate(whole, Y.encodeStateVector(new Map([[1, 3]])));
    expect(ask(server, cut)).toEqual({ kind: 'missing', client: 1, clock: 2 });
    Y.applyUpdate(server, whole);
    expect(ask(server, cut)).toMatchObject({ kind: 'admitted', clients: [] });
  });

  test('merged updates with a gap, which the document fills or lacks', () => {
    const author = peer(1);
    const updates: Uint8Array[] = [];
    author.on('update', (bytes: Uint8Array) => updates.push(bytes));
    for (const word of ['one', 'two', 'three']) author.getText('t').insert(0, word);
    const merged = Y.mergeUpdates([updates[0]!, updates[2]!]);
    expect(ask(new Y.Doc(), merged)).toEqual({ kind: 'missing', client: 1, clock: 3 });
    expect(ask(load(updates[0]!, updates[1]!), merged)).toMatchObject({
      clients: [{ client: 1, from: 6, to: 11 }],
    });
  });

  test('a key’s history from a client that collects no garbage', () => {
    const author = new Y.Doc({ gc: false });
    author.clientID = 1;
    author.transact(() => {
      for (let i = 0; i < 5; i++) author.getMap('m').set('k', i);
    });
    expectVerdict(new Y.Doc(), Y.encodeStateAsUpdate(author));
    expectVerdict(load(Y.encodeStateAsUpdate(author)), Y.encodeStateAsUpdate(author));
  });

  test('work inside what somebody else deleted meanwhile', () => {
    const author = peer(1);
    const paragraph = new Y.XmlElement('paragraph');
    author.getXmlFragment('page').insert(0, [paragraph]);
    paragraph.insert(0, [new Y.XmlText('hello')]);
    const offline = peer(2, Y.encodeStateAsUpdate(author));
    author.getXmlFragment('page').delete(0, 1);
    const server = load(Y.encodeStateAsUpdate(author));
    const inside = offline.getXmlFragment('page').get(0) as Y.XmlElement;
    (inside.get(0) as Y.XmlText).insert(5, ' there');
    inside.insert(1, [new Y.XmlText('more')]);
    inside.setAttribute('kind', 'heading');
    expect(expectVerdict(server, Y.encodeStateAsUpdate(offline))).toBe('admitted');
  });

  test('a redo into a restored paragraph, with one’s own text between the neighbours', () => {
    const author = peer(1);
    const page = author.getXmlFragment('page');
    const text = new Y.XmlText('abc');
    const paragraph = new Y.XmlElement('paragraph');
    page.insert(0, [paragraph]);
    paragraph.insert(0, [text]);
    const server = load(Y.encodeStateAsUpdate(author));
    const undo = new Y.UndoManager(page, { captureTimeout: 0 });
    text.delete(1, 1);
    page.delete(0, 1);
    undo.undo();
    const restored = (page.get(0) as Y.XmlElement).get(0) as Y.XmlText;
    restored.insert(1, 'X');
    undo.undo();
    undo.undo();
    expect(restored.toString()).toBe('abc');
    expect(expectVerdict(server, Y.encodeStateAsUpdate(author))).toBe('admitted');
  });

  test('a long day offline where somebody else pasted a book', () => {
    const start = peer(1);
    start.getArray('list').insert(0, ['first', 'last']);
    const base = Y.encodeStateAsUpdate(start);
    const book = peer(3, base);
    book.transact(() =>
      book.getArray('list').insert(
        1,
        Array.from({ length: 30_000 }, () => new Y.Map()),
      ),
    );
    for (const clientID of [2, 4]) {
      const offline = peer(clientID, base);
      for (let i = 0; i < 3_000; i++) offline.getArray('list').insert(1 + i, [new Y.Map()]);
      const verdict = ask(load(Y.encodeStateAsUpdate(book)), Y.encodeStateAsUpdate(offline));
      expect(verdict.kind).toBe('admitted');
      // Once over the book, or one for each item that stays before it.
      expect(verdict).toHaveProperty('steps', clientID === 2 ? 3_000 : 30_000);
    }
  });

  test('a keystroke in a long document takes no walk', () => {
    const author = peer(1);
    author.transact(() =>
      author.getArray('list').insert(
        0,
        Array.from({ length: 20_000 }, () => new Y.Map()),
      ),
    );
    const server = load(Y.encodeStateAsUpdate(author));
    author.getArray('list').insert(10_000, [1]);
    expect(ask(server, Y.encodeStateAsUpdate(author, Y.encodeStateVector(server)))).toMatchObject({
      steps: 0,
    });
  });
});
