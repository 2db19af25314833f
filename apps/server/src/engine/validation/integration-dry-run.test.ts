import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { SeededRandom } from '@tandem/testkit';
import { validate } from './testing/fuzz.ts';
import { describeDocument, load } from './testing/survival.ts';
import { content, update, type Id } from './testing/update-bytes.ts';

function idsIn(type: { _start: Y.Item | null }): Id[] {
  const ids: Id[] = [];
  for (let item = type._start; item !== null; item = item.right) {
    for (let i = 0; i < item.length; i++) ids.push([item.id.client, item.id.clock + i]);
  }
  return ids;
}

describe('an order that all replicas share', () => {
  // Each of these seeds finds histories that diverge when origins that never were adjacent are accepted.
  test.each([1, 2, 3])('random neighbours that are accepted: seed %i', (seed) => {
    const random = new SeededRandom(seed);
    let accepted = 0;
    for (let history = 0; history < 500; history++) {
      const doc = new Y.Doc({ guid: 'live' });
      const log: Uint8Array[] = [];
      for (let left = random.int(3, 8); left > 0; left--) {
        const ids = idsIn(doc.get('t'));
        const client = random.int(1, 4);
        const at = random.int(0, ids.length);
        const to = random.int(at, Math.min(ids.length, at + 4));
        const bytes = update(client, Y.getState(doc.store, client), {
          origin: ids[at - 1] ?? null,
          right: ids[to] ?? null,
          parent: 't',
          ...content.text('abc'.slice(random.int(0, 2))),
        });
        if (validate(doc, bytes).kind !== 'accepted') continue;
        accepted++;
        Y.applyUpdate(doc, bytes);
        log.push(bytes);
      }
      expect(describeDocument(load(Y.encodeStateAsUpdate(doc)))).toBe(describeDocument(doc));
      expect(describeDocument(load(Y.mergeUpdates(log)))).toBe(describeDocument(doc));
    }
    expect(accepted).toBeGreaterThan(1_000);
  });
});

describe('the dry run predicts what Yjs does', () => {
  test('an item after and before others of the same update, split within it', () => {
    const doc = load(update(1, 0, { parent: 't', ...content.text('abcdef') }));
    const bytes = update(
      2,
      0,
      { origin: [1, 1], right: [1, 2], ...content.text('1234') },
      { origin: [2, 1], right: [2, 2], ...content.text('x') },
      { origin: [2, 4], right: [2, 2], ...content.text('y') },
      { origin: [1, 0], right: [1, 1], ...content.text('z') },
    );
    expect(validate(doc, bytes)).toMatchObject({ kind: 'accepted', steps: 0 });
    Y.applyUpdate(doc, bytes);
    expect(doc.getText('t').toString()).toBe('azb12xy34cdef');
  });

  test('structs of several clients that build on each other in turn', () => {
    const peers = [5, 6].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
    for (let turn = 0; turn < 20; turn++) {
      const [author, reader] = turn % 2 === 0 ? peers : peers.toReversed();
      author!.getText('t').insert(Math.floor(turn / 2), `<${turn}>`);
      Y.applyUpdate(reader!, Y.encodeStateAsUpdate(author!));
    }
    expect(validate(new Y.Doc(), Y.encodeStateAsUpdate(peers[0]!))).toMatchObject({
      kind: 'accepted',
      clients: [{ client: 6 }, { client: 5 }],
    });
  });

  test('the live document is not changed', () => {
    const doc = load(update(1, 0, { parent: 't', ...content.text('abcdef') }));
    const before = doc.store.clients.get(1);
    validate(doc, update(2, 0, { origin: [1, 1], right: [1, 2], ...content.text('x') }));
    expect(before).toHaveLength(1);
    expect(doc.store.clients.get(1)).toBe(before);
  });
});
