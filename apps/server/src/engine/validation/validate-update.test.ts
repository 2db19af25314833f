import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { checkUpdate, type Verdict } from './validate-update.ts';
import {
  MAX_CLOCK,
  MAX_ROOT_NAMES,
  MAX_TYPE_DEPTH,
  MAX_VALUE_DEPTH,
  MAX_WALK_STEPS,
} from './limits.ts';
import { REFUSAL_SENTENCES } from './refusals.ts';
import {
  ATTACKER,
  nest,
  nestedAny,
  nestedJson,
  prepends,
  quadratic,
  roots,
  targetDocument,
} from './testing/attacks.ts';
import { HOSTILE_CASES } from './testing/hostile-cases.ts';
import { MALFORMED_CASES } from './testing/malformed-cases.ts';
import { load, survive } from './testing/survival.ts';
import { content, deletion, update } from './testing/update-bytes.ts';

/** What client 1 writes is the victim's. */
function ask(doc: Y.Doc, bytes: Uint8Array, sender = 'attacker'): Verdict {
  return checkUpdate({
    bytes,
    doc,
    sender,
    ownerOf: (client) => (client === 1 ? 'victim' : undefined),
  });
}

function outcome(verdict: Verdict): string {
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

describe('hostile updates', () => {
  test.each([...MALFORMED_CASES, ...HOSTILE_CASES])(
    '$name: $verdict',
    ({ name, bytes, verdict }) => {
      const doc = targetDocument();
      const before = Y.encodeStateAsUpdate(doc);
      // The one case that continues somebody else's client id must fail for whoever sends it.
      const sender = name.startsWith('the rest of') ? 'victim' : 'attacker';
      expect(outcome(ask(doc, bytes, sender))).toBe(verdict);
      expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
      expect([...doc.share.keys()]).toEqual(['text', 'list', 'other']);
    },
  );

  test('a refusal says why in a sentence', () => {
    expect(ask(targetDocument(), deletion(1, [0, 0]))).toEqual({
      kind: 'refused',
      reason: 'zero-length',
      sentence: REFUSAL_SENTENCES['zero-length'],
    });
    for (const sentence of Object.values(REFUSAL_SENTENCES))
      expect(sentence).toMatch(/^[A-Z].{20,}\.$/);
  });

  test('a beginning of an update is never admitted', () => {
    const bytes = Y.encodeStateAsUpdate(targetDocument());
    for (let length = 0; length < bytes.length; length++) {
      expect(ask(new Y.Doc(), bytes.subarray(0, length)).kind).toBe('refused');
    }
  });

  test.each([50_000, 200_000])('the quadratic walk of %i bytes is refused at once', (size) => {
    const { document, bytes } = quadratic(size);
    const start = performance.now();
    expect(outcome(ask(document, bytes))).toBe('origins-not-adjacent');
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('a thousand announcements of 33 million structs take no time and no memory', () => {
    const bytes = Uint8Array.from(Buffer.from('01ffffff0f0200', 'hex'));
    const start = performance.now();
    const memory = process.memoryUsage().rss;
    for (let i = 0; i < 1_000; i++) expect(ask(targetDocument(), bytes).kind).toBe('refused');
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(process.memoryUsage().rss - memory).toBeLessThan(64 * 2 ** 20);
  });

  test('deleting every other character before a long list is refused', () => {
    const doc = new Y.Doc();
    doc.clientID = 1;
    doc.getText('text').insert(0, 'a'.repeat(40_000));
    doc.transact(() =>
      doc.getArray('list').insert(
        0,
        Array.from({ length: 50_000 }, () => new Y.Array()),
      ),
    );
    const everyOther = (places: number): Uint8Array =>
      deletion(1, ...Array.from({ length: places }, (_, i): [number, number] => [2 * i, 1]));
    expect(outcome(ask(doc, everyOther(3_000)))).toBe('admitted');
    expect(outcome(ask(doc, everyOther(20_000)))).toBe('too-many-splits');
  });

  test('known structs that split a long document are counted too', () => {
    const doc = new Y.Doc();
    doc.clientID = 1;
    doc.getText('text').insert(0, 'a'.repeat(40_000));
    doc.transact(() =>
      doc.getArray('list').insert(
        0,
        Array.from({ length: 50_000 }, () => new Y.Array()),
      ),
    );
    Y.applyUpdate(
      doc,
      update(ATTACKER, 0, ...Array.from({ length: 20_000 }, () => content.garbage(1))),
    );
    const forged = Array.from({ length: 20_000 }, (_, i) => ({
      origin: [1, 2 * i] as const,
      ...content.text('x'),
    }));
    expect(outcome(ask(doc, update(ATTACKER, 0, ...forged)))).toBe('too-many-splits');
  });
});

describe('limits, at the last that passes and the first that does not', () => {
  const cases: readonly [string, (n: number) => Uint8Array, number, string][] = [
    ['depth of types', nest, MAX_TYPE_DEPTH, 'nested'],
    ['depth of Any', nestedAny, MAX_VALUE_DEPTH, 'value-depth'],
    ['depth of JSON', nestedJson, MAX_VALUE_DEPTH, 'value-depth'],
    ['root names', roots, MAX_ROOT_NAMES, 'root-names'],
    ['clocks', (clock) => update(ATTACKER, 0, content.garbage(clock)), MAX_CLOCK, 'clock-range'],
  ];

  test.each(cases)('%s', (_, make, limit, reason) => {
    const doc = new Y.Doc();
    const admitted = survive(Y.encodeStateAsUpdate(doc), make(limit - 1));
    expect(outcome(ask(doc, make(limit)))).toBe('admitted');
    expect(admitted.fault).toBeNull();
    expect(outcome(ask(doc, make(limit + 1)))).toBe(reason);
  });

  test('root names that the document has count', () => {
    const doc = load(roots(MAX_ROOT_NAMES));
    expect(outcome(ask(doc, update(3, 0, { parent: 'root 0', ...content.text('x') })))).toBe(
      'admitted',
    );
    expect(outcome(ask(doc, update(3, 0, { parent: 'one more', ...content.text('x') })))).toBe(
      'root-names',
    );
  });

  test('steps of a walk', () => {
    const doc = load(prepends(3, 1_000));
    expect(ask(doc, prepends(4, 1_000))).toMatchObject({ kind: 'admitted', steps: MAX_WALK_STEPS });
    expect(outcome(ask(doc, prepends(4, 1_001)))).toBe('conflict-walk-too-long');
  });
});

describe('whose update it is', () => {
  test('a client id that nobody has written with becomes the sender’s', () => {
    const doc = targetDocument();
    expect(ask(doc, update(9, 0, { parent: 'text', ...content.text('x') }))).toMatchObject({
      kind: 'admitted',
      clients: [{ client: 9, from: 0, to: 1 }],
      claims: [9],
    });
  });

  test('what is already there may be repeated by anybody', () => {
    const doc = targetDocument();
    expect(ask(doc, Y.encodeStateAsUpdate(doc))).toEqual({
      kind: 'admitted',
      clients: [],
      claims: [],
      repeats: true,
      steps: 0,
    });
  });
});
