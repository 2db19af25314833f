import { errorOf } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Authority } from './authority.ts';
import type { AuthorityRules } from './authority-rules.ts';
import { MAX_DOCUMENT_BYTES } from './limits.ts';
import { EMPTY, rowsOf, start, Writer } from './testing/authority-harness.ts';
import { FORBIDDEN, rules, textOf } from './simulation/content.ts';
import { DamagedDocument, type StoredDocument } from './stored-document.ts';

describe('a rest', () => {
  test('SY1 SY4 SY7 changes no answer', () => {
    const rebuilds: true[] = [];
    const { authority, opened, submit, commit, events } = start(
      {},
      { onRebuild: () => rebuilds.push(true) },
    );
    const writer = new Writer(1);
    const known = writer.write('known ');
    submit(1, 1, known);
    commit();
    const { stateVector } = writer;
    submit(1, 2, writer.write('new'));
    commit();
    events();
    authority.evict();
    const { parts, offset } = opened(2, { stateVector });
    const copy = new Y.Doc();
    for (const update of [known, ...parts.flatMap((part) => part.updates)])
      Y.applyUpdate(copy, update);
    expect([textOf(copy).toString(), offset]).toEqual(['known new', 2]);
    expect(rebuilds).toEqual([]);
    submit(1, 3, known);
    submit(1, 4, writer.write('er'));
    commit();
    expect(events()).toEqual(['committed 2-2 by  acks 1:3', 'committed 2-3 by 1 acks 1:4']);
    expect(textOf(authority.view()).toString()).toBe('known newer');
    expect(rebuilds).toHaveLength(1);
  });

  test('SY1 waits until nothing is queued', () => {
    const { authority, submit, commit, events } = start();
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    authority.evict();
    submit(1, 2, writer.write('b'));
    commit();
    expect(events()).toEqual(['committed 0-2 by 1,1 acks 1:2']);
  });
});

describe('what enters the journal', () => {
  test('SY1 an update is reported only when it is committed', () => {
    const { submit, commit, events } = start();
    submit(1, 1, new Writer(1).write('a'));
    expect(events()).toEqual([]);
    commit();
    expect(events()).toEqual(['committed 0-1 by 1 acks 1:1']);
  });

  test('SY1 SY4 an update sent twice has one row, and both acknowledgements wait for it', () => {
    const { opened, submit, commit, events, authority } = start();
    opened(2);
    const update = new Writer(1).write('a');
    submit(1, 1, update);
    submit(2, 1, update);
    expect(events()).toEqual([]);
    expect(commit().rows).toHaveLength(1);
    expect(events()).toEqual(['committed 0-1 by 1 acks 1:1,2:1']);
    submit(2, 2, update);
    expect(events()).toEqual(['committed 1-1 by  acks 2:2']);
    expect(authority.batch()).toBeNull();
  });

  test('SY4 a deletion is something, and the same deletion again is not', () => {
    const { submit, commit, authority } = start();
    const writer = new Writer(1);
    submit(1, 1, writer.write('ab'));
    const deletion = writer.erase(1);
    submit(1, 2, deletion);
    submit(1, 3, deletion);
    expect(commit().rows).toHaveLength(2);
    expect(authority.clean).toBe(true);
  });

  test('SY4 of an update that repeats known structs, only the new ones are stored', () => {
    const { submit, commit } = start();
    const writer = new Writer(1);
    const first = writer.write('known');
    submit(1, 1, first);
    const second = writer.write('new');
    submit(1, 2, Y.mergeUpdates([first, second]));
    const [, row] = commit().rows;
    expect(Y.parseUpdateMeta(row!.update).from).toEqual(Y.parseUpdateMeta(second).from);
  });

  test('SY1 SY2 an update that repeats a row of the next batch waits for that batch', () => {
    const { authority, submit, events } = start();
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    const first = authority.batch();
    const second = writer.write('b');
    submit(1, 2, second);
    submit(1, 3, second);
    authority.committed(first!);
    expect(events()).toEqual(['committed 0-1 by 1 acks 1:1']);
    authority.committed(authority.batch()!);
    expect(events()).toEqual(['committed 1-2 by 1 acks 1:3']);
  });

  test('SY2 SY3 outcomes of all kinds keep their order around a commit', () => {
    const { opened, submit, commit, events } = start();
    for (const subscription of [2, 3]) opened(subscription);
    const [first, second, third] = [new Writer(1), new Writer(2), new Writer(3)];
    third.write('lost');
    submit(1, 1, first.write('a'));
    submit(1, 2, first.write('b'));
    submit(2, 1, second.write(FORBIDDEN));
    submit(3, 1, third.write('c'));
    submit(1, 3, first.write('d'));
    expect(events()).toEqual([]);
    commit();
    expect(events()).toEqual([
      'committed 0-2 by 1,1 acks 1:2',
      'refused 2:1 invalid-update',
      'missing 3:1',
      'committed 2-3 by 1 acks 1:3',
    ]);
  });

  test('SY38 a document grows up to its size; then only deletions are taken', () => {
    const contentOf = (bytes: number) => {
      const doc = new Y.Doc();
      doc.clientID = 9;
      doc.getArray('large').insert(0, [new Uint8Array(bytes)]);
      return Y.encodeStateAsUpdate(doc);
    };
    const writer = new Writer(1);
    const last = writer.write('a');
    const half = MAX_DOCUMENT_BYTES / 2;
    const overhead = contentOf(half).byteLength - half;
    const snapshot = contentOf(MAX_DOCUMENT_BYTES - overhead - last.byteLength);
    const { opened, submit, commit, events } = start({ snapshot, snapshotOffset: 1 });
    for (const subscription of [2, 3]) opened(subscription);
    submit(1, 1, last);
    submit(2, 1, writer.write('b'));
    commit();
    expect(events()).toEqual(['committed 1-2 by 1 acks 1:1', 'refused 2:1 too-large']);
    submit(3, 1, new Writer(4).write('c'));
    submit(1, 2, writer.erase(1));
    commit();
    expect(events()).toEqual(['refused 3:1 too-large', 'committed 2-3 by 1 acks 1:2']);
  });

  test('SY5 one batch at a time, and a failed one comes again as it was', () => {
    const { authority, submit, events } = start();
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    const batch = authority.batch()!;
    expect(batch).toMatchObject({
      base: 0,
      owners: new Map([[1, 'ann']]),
      bytes: authority.queuedBytes,
    });
    submit(1, 2, writer.write('b'));
    expect(authority.batch()).toBeNull();
    authority.failed(batch);
    expect(authority.batch()).toBe(batch);
    authority.committed(batch);
    expect(authority.batch()).toMatchObject({
      base: 1,
      rows: [{ offset: 2, cseq: 2 }],
      owners: new Map(),
    });
    expect(events()).toEqual(['committed 0-1 by 1 acks 1:1']);
    expect(() => authority.committed(batch)).toThrow('not the batch in flight');
  });

  test('SY6 a journal with a gap, with bytes that do not apply or with missing content does not load', () => {
    const [first, second, third] = rowsOf(3);
    const load = (stored: Partial<StoredDocument>) => () =>
      Authority.load({ ...EMPTY, ...stored }, rules);
    expect(load({ rows: [first!, third!] })).toThrow(DamagedDocument);
    expect(load({ rows: [{ offset: 1, update: new Uint8Array([1, 1, 1]) }] })).toThrow(
      DamagedDocument,
    );
    expect(load({ rows: [{ offset: 1, update: second!.update }] })).toThrow(DamagedDocument);
    expect(load({ snapshotOffset: 1, rows: [second!] })).toThrow(DamagedDocument);
    expect(load({ rows: [first!, second!, third!] })().head).toBe(3);
  });

  test('SY7 a refused update leaves no trace, and queued updates stay', () => {
    let rebuilt = 0;
    const { opened, submit, commit, authority } = start({}, { onRebuild: () => rebuilt++ });
    opened(2);
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    submit(2, 1, new Writer(2).write(FORBIDDEN));
    submit(1, 2, writer.write('b'));
    expect(commit().rows).toHaveLength(2);
    expect(textOf(authority.view()).toString()).toBe('ab');
    expect(rebuilt).toBe(1);
  });

  test('SY7 an update that throws half way is undone', () => {
    const admitAll: AuthorityRules['validateUpdate'] = () => ({
      kind: 'accepted',
      clients: [],
      hasNewContent: true,
      repeats: false,
    });
    const { submit, events, authority } = start({ rows: rowsOf(2) }, { validateUpdate: admitAll });
    const whole = Y.mergeUpdates([new Writer(1).write('a'), new Writer(2).write('b')]);
    submit(1, 1, whole.subarray(0, whole.length - 1));
    expect(events()).toEqual(['refused 1:1 invalid-update']);
    expect(textOf(authority.view()).toString()).toBe('xx');
  });

  test('SY7 an update on which the rules throw is refused', () => {
    const fail = () => {
      throw new Error('a defect in a rule');
    };
    for (const overrides of [{ validateUpdate: fail }, { check: fail }]) {
      const { submit, events, authority } = start({}, overrides);
      submit(1, 1, new Writer(1).write('a'));
      expect(events()).toEqual(['refused 1:1 invalid-update']);
      expect(textOf(authority.view()).toString()).toBe('');
    }
  });

  test('SY7 an accepted update that proves incomplete is refused and leaves no trace', () => {
    const admitAll: AuthorityRules['validateUpdate'] = () => ({
      kind: 'accepted',
      clients: [],
      hasNewContent: true,
      repeats: false,
    });
    const { submit, events, authority } = start({}, { validateUpdate: admitAll });
    const writer = new Writer(1);
    writer.write('lost');
    submit(1, 1, writer.write('a'));
    expect(events()).toEqual(['refused 1:1 invalid-update']);
    expect(authority.view().store.pendingStructs).toBeNull();
  });

  test('SY8 a refusal follows the results of earlier updates, and later updates are ignored', () => {
    const { submit, commit, events, authority } = start();
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    submit(1, 2, writer.write(FORBIDDEN));
    submit(1, 3, new Writer(2).write('b'));
    expect(events()).toEqual([]);
    commit();
    expect(events()).toEqual(['committed 0-1 by 1 acks 1:1', 'refused 1:2 invalid-update']);
    expect(authority.clean).toBe(true);
  });

  test('SY9 missing content is requested once, and the answer covers all updates in between', () => {
    const { authority, opened, submit, commit, events } = start();
    opened(2);
    const writer = new Writer(1);
    writer.write('lost');
    submit(2, 1, new Writer(2).write('queued'));
    submit(1, 1, writer.write('a'));
    submit(1, 2, writer.write('b'));
    submit(1, 3, new Writer(3).write('complete, but between'));
    const queued = authority.batch()!;
    submit(2, 2, new Writer(4).write('later'));
    authority.committed(queued);
    const asked = authority.takeEvents().find((event) => event.kind === 'missing');
    expect(asked).toMatchObject({ subscription: 1, cseq: 1 });
    // Committed content only: 'queued' is committed, 'later' is not.
    expect(Y.decodeStateVector(asked!.stateVector)).toEqual(new Map([[2, 6]]));
    submit(1, 3, Y.encodeStateAsUpdate(writer.doc, asked!.stateVector));
    expect(commit().rows.map(({ subscription, cseq }) => [subscription, cseq])).toEqual([
      [2, 2],
      [1, 3],
    ]);
    submit(1, 4, writer.write('c'));
    commit();
    expect(events()).toEqual(['committed 1-3 by 2,1 acks 2:2,1:3', 'committed 3-4 by 1 acks 1:4']);
  });

  test('SY9 an answer that lacks something again is refused', () => {
    const { submit, events } = start();
    const writer = new Writer(1);
    writer.write('lost');
    const update = writer.write('a');
    submit(1, 1, update);
    submit(1, 1, update);
    submit(1, 1, update);
    expect(events()).toEqual(['missing 1:1', 'refused 1:1 invalid-update']);
  });

  test('SY10 a client id belongs to the user who first wrote with it', () => {
    const { opened, open, submit, commit, events, authority } = start({
      owners: new Map([[7, 'bob']]),
    });
    expect(open(2, { client: 7 })).toEqual({ kind: 'refused', error: errorOf('client-taken') });
    submit(2, 1, new Writer(1).write('a'));
    expect(authority.clean).toBe(true);
    opened(3, { client: 7, user: 'bob' });
    opened(4, { client: 7, user: 'bob' });
    submit(3, 1, new Writer(7).write('a'), 'bob');
    submit(1, 1, new Writer(7).write('forged'));
    commit();
    expect(events()).toEqual(['committed 0-1 by 3 acks 3:1', 'refused 1:1 client-taken']);
  });

  test('SY10 a client id is lent while the subscription is open', () => {
    const { authority, open, opened } = start();
    opened(2, { client: 5, user: 'bob' });
    expect(open(3, { client: 5 }).kind).toBe('refused');
    authority.close(2);
    expect(open(4, { client: 5 }).kind).toBe('opened');
  });

  test('SY11 updates of a subscription that is not open here are ignored', () => {
    const { authority, submit } = start();
    submit(8, 4, new Writer(1).write('a'));
    authority.close(1);
    submit(1, 1, new Writer(1).write('a'));
    expect(authority.clean).toBe(true);
    expect(authority.takeEvents()).toEqual([]);
  });
});
