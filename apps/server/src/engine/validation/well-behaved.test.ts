import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { SeededRandom } from '@tandem/testkit';
import { pageWritingStyle } from '../testing/page-peer.ts';
import { validate } from './testing/fuzz.ts';
import { readHexLines } from './testing/hex-lines.ts';
import { WellBehavedPeer, packagings } from './testing/well-behaved-peer.ts';
import { describeDocument, load } from './testing/survival.ts';

/** Validation and Yjs may differ in one way: Yjs keeps structs with missing dependencies pending. */
function expectSameAsYjs(doc: Y.Doc, bytes: Uint8Array): 'accepted' | 'missing' {
  const { store } = load(Y.encodeStateAsUpdate(doc), bytes);
  const isPending = store.pendingStructs !== null || store.pendingDs !== null;
  const { kind } = validate(doc, bytes);
  expect(kind).toBe(isPending ? 'missing' : 'accepted');
  return isPending ? 'missing' : 'accepted';
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
  'accepts every packaging of $what that well-behaved peers send: seed $seed',
  ({ seed, writingStyle }) => {
    const random = new SeededRandom(seed);
    const server = new Y.Doc({ guid: 'server' });
    const peers = [
      new WellBehavedPeer(random.fork(), undefined, writingStyle),
      new WellBehavedPeer(random.fork(), undefined, writingStyle),
      new WellBehavedPeer(random.fork(), undefined, writingStyle),
    ];
    for (let round = 0; round < 20; round++) {
      const sender = random.pick(peers);
      for (let left = random.int(1, 4); left > 0; left--) sender.edit();
      for (const bytes of packagings(sender, server, random)) {
        if (expectSameAsYjs(server, bytes) === 'accepted' && random.chance(0.3))
          Y.applyUpdate(server, bytes);
      }
      if (random.chance(0.5)) random.pick(peers).receive(Y.encodeStateAsUpdate(server));
    }
  },
);

// Recorded with testing/well-behaved-peer.ts and the named version of Yjs.
test.each(['13.6.0', '13.6.14', '13.6.33'])('recorded sessions of Yjs %s', (version) => {
  const server = new Y.Doc({ guid: 'server' });
  for (const [bytes] of readHexLines(`yjs-${version}.hex`)) {
    if (expectSameAsYjs(server, bytes!) === 'accepted') Y.applyUpdate(server, bytes!);
  }
  expect(server.share.size).toBeGreaterThanOrEqual(4);
  expect(describeDocument(load(Y.encodeStateAsUpdate(server)))).toBe(describeDocument(server));
});

describe('one of each kind', () => {
  test('an empty update', () => {
    expect(validate(new Y.Doc(), Uint8Array.of(0, 0))).toEqual({
      kind: 'accepted',
      clients: [],
      claims: [],
      repeats: false,
      steps: 0,
    });
  });

  test('a surrogate pair with one half deleted, before and after the split', () => {
    const author = peer(1);
    author.getText('t').insert(0, 'a🙂b');
    const before = Y.encodeStateAsUpdate(author);
    author.getText('t').delete(2, 1);
    author.getText('t').insert(2, '𝄞');
    const server = load(before);
    expectSameAsYjs(server, Y.encodeStateAsUpdate(author, Y.encodeStateVector(server)));
    expectSameAsYjs(new Y.Doc(), Y.encodeStateAsUpdate(author));
  });

  test('the rest of a text whose beginning the document has, cut in a surrogate pair', () => {
    const author = peer(1);
    author.getText('t').insert(0, 'ab');
    const server = load(Y.encodeStateAsUpdate(author));
    author.getText('t').insert(2, '🙂c');
    const whole = Y.encodeStateAsUpdate(author);
    expect(validate(server, whole)).toMatchObject({ clients: [{ client: 1, from: 2, to: 5 }] });
    const cut = Y.diffUpdate(whole, Y.encodeStateVector(new Map([[1, 3]])));
    expect(validate(server, cut)).toEqual({ kind: 'missing', client: 1, clock: 2 });
    Y.applyUpdate(server, whole);
    expect(validate(server, cut)).toMatchObject({ kind: 'accepted', clients: [] });
  });

  test('merged updates with a gap that the document fills or lacks', () => {
    const author = peer(1);
    const updates: Uint8Array[] = [];
    author.on('update', (bytes: Uint8Array) => updates.push(bytes));
    for (const word of ['one', 'two', 'three']) author.getText('t').insert(0, word);
    const merged = Y.mergeUpdates([updates[0]!, updates[2]!]);
    expect(validate(new Y.Doc(), merged)).toEqual({ kind: 'missing', client: 1, clock: 3 });
    expect(validate(load(updates[0]!, updates[1]!), merged)).toMatchObject({
      clients: [{ client: 1, from: 6, to: 11 }],
    });
  });

  test('a key’s history from a client that collects no garbage', () => {
    const author = new Y.Doc({ gc: false });
    author.clientID = 1;
    author.transact(() => {
      for (let i = 0; i < 5; i++) author.getMap('m').set('k', i);
    });
    expectSameAsYjs(new Y.Doc(), Y.encodeStateAsUpdate(author));
    expectSameAsYjs(load(Y.encodeStateAsUpdate(author)), Y.encodeStateAsUpdate(author));
  });

  test('work inside an element that another user deleted meanwhile', () => {
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
    expect(expectSameAsYjs(server, Y.encodeStateAsUpdate(offline))).toBe('accepted');
  });

  test('a redo into a restored paragraph, with the author’s own text between the neighbours', () => {
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
    expect(expectSameAsYjs(server, Y.encodeStateAsUpdate(author))).toBe('accepted');
  });

  test('a day of offline work at a place where another user pasted a book', () => {
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
      const result = validate(load(Y.encodeStateAsUpdate(book)), Y.encodeStateAsUpdate(offline));
      expect(result.kind).toBe('accepted');
      // One walk over the book, or one step for each item that stays before it.
      expect(result).toHaveProperty('steps', clientID === 2 ? 3_000 : 30_000);
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
    expect(
      validate(server, Y.encodeStateAsUpdate(author, Y.encodeStateVector(server))),
    ).toMatchObject({
      steps: 0,
    });
  });
});
