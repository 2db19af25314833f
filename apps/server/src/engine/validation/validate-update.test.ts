import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { validateUpdate, type ValidationResult } from './validate-update.ts';
import { CONTENT, WALK } from './limits.ts';
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

function validate(doc: Y.Doc, bytes: Uint8Array, sender = 'other'): ValidationResult {
  return validateUpdate({
    bytes,
    doc,
    sender,
    ownerOf: (client) => (client === 1 ? 'owner' : undefined),
  });
}

function outcome(result: ValidationResult): string {
  return result.kind === 'refused' ? result.reason : result.kind;
}

describe('hostile updates', () => {
  test.each([...MALFORMED_CASES, ...HOSTILE_CASES])(
    '$name: $expected',
    ({ name, bytes, expected }) => {
      const doc = targetDocument();
      const before = Y.encodeStateAsUpdate(doc);
      // The case that continues another user’s client id must fail for the id’s owner too.
      const sender = name.startsWith('the rest of') ? 'owner' : 'other';
      expect(outcome(validate(doc, bytes, sender))).toBe(expected);
      expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
      expect([...doc.share.keys()]).toEqual(['text', 'list', 'other']);
    },
  );

  test('a refusal has a sentence for its sender', () => {
    expect(validate(targetDocument(), deletion(1, [0, 0]))).toEqual({
      kind: 'refused',
      reason: 'zero-length',
      sentence: REFUSAL_SENTENCES['zero-length'],
    });
    for (const sentence of Object.values(REFUSAL_SENTENCES))
      expect(sentence).toMatch(/^[A-Z].{20,}\.$/);
  });

  test('a prefix of an update is never accepted', () => {
    const bytes = Y.encodeStateAsUpdate(targetDocument());
    for (let length = 0; length < bytes.length; length++) {
      expect(validate(new Y.Doc(), bytes.subarray(0, length)).kind).toBe('refused');
    }
  });

  test.each([50_000, 200_000])('the quadratic walk of %i bytes is refused at once', (size) => {
    const { document, bytes } = quadratic(size);
    const start = performance.now();
    expect(outcome(validate(document, bytes))).toBe('origins-not-adjacent');
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('a thousand announcements of 33 million structs take neither time nor memory', () => {
    const bytes = Uint8Array.from(Buffer.from('01ffffff0f0200', 'hex'));
    const start = performance.now();
    const memory = process.memoryUsage().rss;
    for (let i = 0; i < 1_000; i++) expect(validate(targetDocument(), bytes).kind).toBe('refused');
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
    expect(outcome(validate(doc, everyOther(3_000)))).toBe('accepted');
    expect(outcome(validate(doc, everyOther(20_000)))).toBe('too-many-splits');
  });

  test('deleting many places where nothing is split or becomes one is accepted', () => {
    const doc = new Y.Doc();
    doc.clientID = 1;
    // Inserts each character before the previous one, as undo does: no two merge into one struct.
    doc.transact(() => {
      for (let i = 0; i < 50_000; i++) doc.getText('text').insert(0, 'a');
    });
    const places = Array.from({ length: 25_000 }, (_, i): [number, number] => [2 * i, 1]);
    expect(outcome(validate(doc, deletion(1, ...places), 'author'))).toBe('accepted');
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
    expect(outcome(validate(doc, update(ATTACKER, 0, ...forged)))).toBe('too-many-splits');
  });
});

describe('limits: the last accepted and the first refused value', () => {
  const cases: readonly [string, (n: number) => Uint8Array, number, string][] = [
    ['depth of types', nest, CONTENT.maxTypeDepth, 'nested'],
    ['depth of Any', nestedAny, CONTENT.maxValueDepth, 'value-depth'],
    ['depth of JSON', nestedJson, CONTENT.maxValueDepth, 'value-depth'],
    ['root names', roots, CONTENT.maxRoots, 'root-names'],
    [
      'clocks',
      (clock) => update(ATTACKER, 0, content.garbage(clock)),
      CONTENT.maxClock,
      'clock-range',
    ],
  ];

  test.each(cases)('%s', (_, make, limit, reason) => {
    const doc = new Y.Doc();
    const accepted = survive(Y.encodeStateAsUpdate(doc), make(limit - 1));
    expect(outcome(validate(doc, make(limit)))).toBe('accepted');
    expect(accepted.fault).toBeNull();
    expect(outcome(validate(doc, make(limit + 1)))).toBe(reason);
  });

  test('root names that the document has count', () => {
    const doc = load(roots(CONTENT.maxRoots));
    expect(outcome(validate(doc, update(3, 0, { parent: 'root 0', ...content.text('x') })))).toBe(
      'accepted',
    );
    expect(outcome(validate(doc, update(3, 0, { parent: 'one more', ...content.text('x') })))).toBe(
      'root-names',
    );
  });

  test('steps of a walk', () => {
    const doc = load(prepends(3, 1_000));
    expect(validate(doc, prepends(4, 1_000))).toMatchObject({
      kind: 'accepted',
      steps: WALK.maxSteps,
    });
    expect(outcome(validate(doc, prepends(4, 1_001)))).toBe('conflict-walk-too-long');
  });
});

describe('ownership', () => {
  test('an unused client id becomes the sender’s', () => {
    const doc = targetDocument();
    expect(validate(doc, update(9, 0, { parent: 'text', ...content.text('x') }))).toMatchObject({
      kind: 'accepted',
      clients: [{ client: 9, from: 0, to: 1 }],
      claims: [9],
    });
  });

  test('any user may repeat structs that the document has', () => {
    const doc = targetDocument();
    expect(validate(doc, Y.encodeStateAsUpdate(doc))).toEqual({
      kind: 'accepted',
      clients: [],
      claims: [],
      repeats: true,
      steps: 0,
    });
  });
});
