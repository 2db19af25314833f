import { errorOf } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Part } from './engine-event.ts';
import { MAX_ROWS_MESSAGE_BYTES } from './limits.ts';
import { rowsOf, start, Writer } from './testing/authority-harness.ts';
import { docOf, textOf } from './simulation/content.ts';
import type { StoredDocument } from './stored-document.ts';

describe('opening', () => {
  const at = (offset: number, epoch = 'life-1') => ({
    position: { epoch, timeline: 't1', offset },
  });

  test('SY12 a position is answered with the rows after it', () => {
    const rows = rowsOf(3);
    const stateVector = Y.encodeStateVector(docOf([rows[0]!.update]));
    const answer = start({ rows }).opened(2, { ...at(1), stateVector });
    expect(answer).toMatchObject({ base: 1, offset: 3, epoch: 'life-1', documentKind: 'data' });
    expect(answer.parts).toEqual([{ from: 1, to: 3, updates: [rows[1]!.update, rows[2]!.update] }]);
    expect(start({ rows }).opened(2, at(3))).toMatchObject({ base: 3, offset: 3, parts: [] });
  });

  test('SY13 rows that are gone are answered with a difference', () => {
    const rows = rowsOf(4);
    const { authority, opened } = start({ rows });
    authority.compacted({
      snapshot: Y.mergeUpdates(rows.slice(0, 3).map(({ update }) => update)),
      snapshotOffset: 3,
    });
    const reader = docOf([rows[0]!.update]);
    const answer = opened(2, { ...at(1), stateVector: Y.encodeStateVector(reader) });
    expect(answer).toMatchObject({ base: 0, offset: 4, parts: [{ from: 0, to: 4 }] });
    Y.applyUpdate(reader, answer.parts[0]!.updates[0]!);
    expect(textOf(reader).toString()).toBe('xxxx');
  });

  test('SY1 SY13 while updates are queued, the difference contains only committed content', () => {
    const rows = rowsOf(4);
    const { authority, opened, submit } = start({ rows });
    authority.compacted({
      snapshot: Y.mergeUpdates(rows.slice(0, 3).map(({ update }) => update)),
      snapshotOffset: 3,
    });
    submit(1, 1, new Writer(1).write('queued'));
    authority.failed(authority.batch()!);
    const reader = docOf([rows[0]!.update]);
    const answer = opened(2, { stateVector: Y.encodeStateVector(reader) });
    expect(answer.parts.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [3, 4],
    ]);
    for (const update of answer.parts.flatMap(({ updates }) => updates))
      Y.applyUpdate(reader, update);
    expect(textOf(reader).toString()).toBe('xxxx');
    expect(Y.decodeStateVector(answer.stateVector)).toEqual(new Map([[9, 4]]));
    expect(textOf(authority.view()).toString()).toBe('xxxx');
  });

  test('SY13 the state vector of an opening follows each commit', () => {
    const { opened, submit, commit } = start({ rows: rowsOf(2) });
    const writer = new Writer(1);
    submit(1, 1, writer.write('ab'));
    commit();
    submit(1, 2, writer.erase(1));
    submit(1, 3, writer.write('c'));
    commit();
    expect(Y.decodeStateVector(opened(2).stateVector)).toEqual(
      new Map([
        [9, 2],
        [1, 3],
      ]),
    );
  });

  test('SY14 an empty copy gets the stored bytes as they are', () => {
    const [first, ...later] = rowsOf(3);
    const stored = { snapshot: first!.update, snapshotOffset: 1, rows: later };
    const parts = [
      { from: 0, to: 1, updates: [first!.update] },
      { from: 1, to: 3, updates: later.map(({ update }) => update) },
    ];
    expect(start(stored).opened(2)).toMatchObject({ base: 0, offset: 3, parts });
    expect(
      start(stored).opened(2, { stateVector: Y.encodeStateVector(new Y.Doc()) }).parts,
    ).toEqual(parts);
    expect(start().opened(2)).toMatchObject({ base: 0, offset: 0, parts: [] });
  });

  test('SY15 another epoch is refused', () => {
    const answer = start({ rows: rowsOf(2) }).open(2, {
      ...at(1, 'life-0'),
      stateVector: new Writer(1).stateVector,
    });
    expect(answer).toEqual({ kind: 'refused', error: errorOf('epoch-changed') });
  });

  test('SY16 a position beyond the head counts as none, and a malformed state vector is refused', () => {
    const { open, opened } = start({ rows: rowsOf(2) });
    expect(opened(2, at(3))).toMatchObject({ base: 0, offset: 2, parts: [{ from: 0, to: 2 }] });
    const answer = open(3, { stateVector: new Uint8Array([5, 1]) });
    expect(answer).toEqual({ kind: 'refused', error: errorOf('bad-message') });
  });

  test('SY16 a position counts as none if the replica lacks rows of the journal before it', () => {
    const backup = new Writer(1);
    const rows = ['a', 'b'].map((text, i) => ({ offset: i + 1, update: backup.write(text) }));
    const { opened, submit, commit } = start({ rows });
    const before = docOf(rows.map(({ update }) => update));
    // A row of the journal before the restore; row 3 is a different one now.
    const gone = new Writer(2);
    Y.applyUpdate(before, gone.write('gone'));
    const after = new Writer(3);
    let cseq = 1;
    for (const text of ['c', 'd', 'e']) {
      submit(1, cseq++, after.write(text));
      commit();
    }
    const stateVector = Y.encodeStateVector(before);
    const answer = opened(2, { ...at(4), stateVector });
    expect(answer).toMatchObject({ base: 0, offset: 5 });
    for (const update of answer.parts.flatMap(({ updates }) => updates))
      Y.applyUpdate(before, update);
    expect(new Set(textOf(before).toString())).toEqual(new Set('abgonecde'));
    expect(opened(3, { ...at(2), stateVector })).toMatchObject({ base: 2, offset: 5 });
    expect(opened(4, { ...at(5), stateVector: Y.encodeStateVector(before) })).toMatchObject({
      base: 5,
      parts: [],
    });
  });

  test('SY17 parts follow each other and are cut by size', () => {
    const { parts } = start({ rows: rowsOf(5, MAX_ROWS_MESSAGE_BYTES / 2) }).opened(2);
    expect(parts.map(({ from, to, updates }) => [from, to, updates.length])).toEqual([
      [0, 2, 2],
      [2, 4, 2],
      [4, 5, 1],
    ]);
  });

  test('SY18 a range is answered with its rows, or with gone', () => {
    const rows = rowsOf(4);
    const { authority } = start({
      snapshot: rows[0]!.update,
      snapshotOffset: 1,
      rows: rows.slice(1),
    });
    const range = (from: number) => {
      authority.readRows({ subscription: 1, from });
      return authority.takeEvents()[0];
    };
    const updates = [rows[2]!.update, rows[3]!.update];
    expect(range(2)).toMatchObject({
      kind: 'rows:request',
      answer: { kind: 'parts', parts: [{ from: 2, to: 4, updates }] },
    });
    expect(range(0)).toMatchObject({ answer: { kind: 'gone' } });
    expect(range(5)).toMatchObject({ answer: { kind: 'gone' } });
  });

  test('SY19 a compaction replaces only the rows that it covers', () => {
    const rows = rowsOf(4);
    const { authority, opened, submit, commit } = start({ rows });
    const snapshot = (offset: number) =>
      Y.mergeUpdates(rows.slice(0, offset).map(({ update }) => update));
    authority.compacted({ snapshot: snapshot(3), snapshotOffset: 3 });
    authority.compacted({ snapshot: snapshot(2), snapshotOffset: 2 });
    authority.compacted({ snapshot: snapshot(4), snapshotOffset: 5 });
    expect(authority).toMatchObject({ head: 4, rowCount: 1, rowBytes: rows[3]!.update.byteLength });
    submit(1, 1, new Writer(1).write('a'));
    expect(commit().base).toBe(4);
    const { parts } = opened(2);
    expect(parts.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [3, 5],
    ]);
    expect(textOf(docOf(parts.flatMap(({ updates }) => updates))).length).toBe(5);
  });
});

describe('SY43 people who may not see the history', () => {
  const reader = { omitsDeleted: true };
  const at = (offset: number) => ({ position: { epoch: 'life-1', timeline: 't1', offset } });
  const bytesOf = ({ parts }: { readonly parts: readonly Part[] }) =>
    parts.flatMap(({ updates }) => updates.map((update) => String.fromCharCode(...update)));
  const secretive = () => {
    const writer = new Writer(9);
    const updates = [
      writer.write('SECRET'),
      writer.write('shown'),
      writer.erase(6),
      writer.write('.'),
    ];
    const rows = updates.map((update, i) => ({ offset: i + 1, update }));
    return { writer, ...start({ rows }) };
  };

  test.each([
    ['without anything', {}],
    ['from the start', at(0)],
    ['from a position that it made up', at(1)],
    ['with a state vector', { stateVector: Y.encodeStateVector(new Y.Doc()) }],
  ])('a reader %s receives no deleted words, and all others', (_, request) => {
    const { opened } = secretive();
    expect(bytesOf(opened(2, request)).join()).toContain(
      'position' in request && request.position.offset === 1 ? 'shown' : 'SECRET',
    );
    const answer = opened(3, { ...request, ...reader });
    expect(answer.parts.at(-1)?.to).toBe(4);
    expect(bytesOf(answer).join()).not.toContain('SECRET');
    const copy = docOf(answer.parts.flatMap(({ updates }) => updates));
    expect(textOf(copy).toString()).toBe('shown.');
  });

  test('nor by asking for rows', () => {
    const { authority, opened } = secretive();
    opened(2, reader);
    const range = (from: number) => {
      authority.readRows({ subscription: 2, from, ...reader });
      return authority.takeEvents()[0];
    };
    expect(range(0)).toMatchObject({ answer: { kind: 'gone' } });
    expect(range(3)).toMatchObject({ answer: { kind: 'parts' } });
  });

  test('a reader that comes back receives the difference of what it lacks', () => {
    const { writer, authority, opened, submit, commit } = secretive();
    const first = opened(2, reader);
    const copy = docOf(first.parts.flatMap(({ updates }) => updates));
    authority.close(2);
    for (const [i, update] of [
      writer.write('gone'),
      writer.erase(5),
      writer.write('?'),
    ].entries()) {
      submit(1, i + 1, update);
      commit();
    }
    const stateVector = Y.encodeStateVector(copy);
    const answer = opened(3, { ...at(4), stateVector, ...reader });
    expect(answer).toMatchObject({ base: 0, offset: 7, parts: [{ from: 0, to: 7 }] });
    for (const update of answer.parts.flatMap(({ updates }) => updates))
      Y.applyUpdate(copy, update);
    expect(textOf(copy).toString()).toBe('.gone?');
    expect(opened(4, { ...at(7), ...reader })).toMatchObject({ base: 7, parts: [] });
  });

  test('a crowd costs one encoding: later ones get it with the rows that the others received', () => {
    const { writer, opened, submit, commit } = secretive();
    const parts = opened(2, reader).parts;
    expect(opened(3, reader).parts[0]!.updates[0]).toBe(parts[0]!.updates[0]);
    submit(1, 1, writer.write('seen'));
    commit();
    submit(1, 2, writer.erase(1));
    commit();
    const later = opened(4, reader).parts;
    expect(later[0]!.updates[0]).toBe(parts[0]!.updates[0]);
    expect(later.map(({ from, to }) => [from, to])).toEqual([
      [0, 4],
      [4, 6],
    ]);
    expect(opened(5, { ...at(4), ...reader })).toMatchObject({ base: 4, offset: 6 });
  });

  test('what was written and deleted while nobody of them was there is not received', () => {
    const { writer, authority, opened, submit, commit } = secretive();
    opened(2, reader);
    authority.close(2);
    for (const [i, update] of [writer.write('HIDDEN'), writer.erase(12)].entries()) {
      submit(1, i + 1, update);
      commit();
    }
    expect(bytesOf(opened(3, reader)).join()).not.toContain('HIDDEN');
    expect(bytesOf(opened(4, { ...at(4), ...reader })).join()).not.toContain('HIDDEN');
  });

  test('a value that another one replaced is deleted, though no row says so', () => {
    const doc = new Y.Doc();
    doc.clientID = 9;
    const other = new Y.Doc();
    other.clientID = 8;
    doc.getMap('map').set('caption', 'SECRET');
    other.getMap('map').set('caption', 'shown');
    const winner = [other, doc].map((each) => Y.encodeStateAsUpdate(each));
    const rows = winner.map((update, i) => ({ offset: i + 1, update }));
    const answer = start({ rows }).opened(2, reader);
    const copy = docOf(answer.parts.flatMap(({ updates }) => updates));
    const deleted = copy.getMap('map').get('caption') === 'shown' ? 'SECRET' : 'shown';
    expect(bytesOf(answer).join()).not.toContain(deleted);
  });

  test('rows that delete nothing are sent as they are stored', () => {
    const rows = rowsOf(3);
    const updates = rows.map(({ update }) => update);
    expect(start({ rows }).opened(2, reader).parts).toEqual([{ from: 0, to: 3, updates }]);
    expect(start({ rows }).opened(2, { ...at(2), ...reader })).toMatchObject({
      base: 2,
      parts: [{ from: 2, to: 3, updates: [updates[2]] }],
    });
  });
});

describe('a restored backup', () => {
  const timelines = { current: 't2', earlier: ['t1'] };
  const at = (offset: number, timeline = 't1') => ({
    position: { epoch: 'life-1', timeline, offset },
  });

  test('RS2 a position of an earlier timeline is none, though the journal has grown past it', () => {
    const { opened } = start({ rows: rowsOf(3), timelines });
    const stateVector = Y.encodeStateVector(docOf(rowsOf(3).map(({ update }) => update)));
    expect(opened(2, { ...at(2), stateVector })).toMatchObject({
      base: 0,
      offset: 3,
      timeline: 't2',
      isParted: true,
    });
    expect(opened(3, { ...at(2, 't2'), stateVector })).toMatchObject({ base: 2, isParted: false });
    expect(opened(4, at(0))).toMatchObject({ base: 0, isParted: false });
  });

  test('RS5 returned updates of others do not assign their ids to the sender, and the authors continue under them', () => {
    const { opened, submit, commit, authority, events } = start({ timelines });
    const [ann, bob] = [new Writer(11), new Writer(22)];
    Y.applyUpdate(bob.doc, ann.write('a'));
    bob.write('b');
    opened(2, { user: 'bob', client: 22, ...at(5), stateVector: bob.stateVector });
    opened(3, { client: 11, ...at(5), stateVector: ann.stateVector });
    submit(2, 1, Y.encodeStateAsUpdate(bob.doc), 'bob');
    expect(commit().owners).toEqual(new Map([[22, 'bob']]));
    submit(3, 1, Y.encodeStateAsUpdate(ann.doc));
    submit(3, 2, ann.write('A'));
    expect(commit().owners).toEqual(new Map([[11, 'ann']]));
    expect(textOf(authority.view()).length).toBe(3);
    expect(events().filter((event) => event.startsWith('refused'))).toEqual([]);
  });

  test('RS5 only the first message of a copy of another timeline may do so, after a restore', () => {
    const ids = (
      position: Partial<ReturnType<typeof at>>,
      cseq: number,
      known: StoredDocument['timelines'] = timelines,
    ) => {
      const { opened, submit, commit, events } = start({
        timelines: known,
        owners: new Map([[11, 'ann']]),
      });
      opened(2, { user: 'bob', client: 22, ...position });
      if (cseq === 2) {
        submit(2, 1, new Writer(22).write('b'), 'bob');
        commit();
      }
      submit(2, cseq, new Writer(11).write('a'), 'bob');
      return events();
    };
    expect(ids(at(5), 1).join()).not.toContain('client-taken');
    expect(ids(at(5), 2).join()).toContain('client-taken');
    // The life between two restores of one backup.
    expect(ids(at(5, 't3'), 1).join()).not.toContain('client-taken');
    expect(ids(at(5, 't3'), 2).join()).toContain('client-taken');
    const never = { current: 't2', earlier: [] };
    expect(ids(at(5, 't3'), 1, never).join()).toContain('client-taken');
    expect(ids(at(5, 't2'), 1).join()).toContain('client-taken');
    expect(ids({}, 1).join()).toContain('client-taken');
  });

  test('RS5 so may the repair of that message, and no later one', () => {
    const { opened, submit, events, authority } = start({
      timelines,
      owners: new Map([[11, 'ann']]),
    });
    const [ann, bob] = [new Writer(11), new Writer(22)];
    Y.applyUpdate(bob.doc, ann.write('a'));
    const second = bob.write('b');
    opened(2, { user: 'bob', client: 22, ...at(5), stateVector: bob.stateVector });
    submit(2, 1, second, 'bob');
    submit(2, 2, bob.write('c'), 'bob');
    submit(2, 2, Y.encodeStateAsUpdate(bob.doc), 'bob');
    submit(2, 3, new Writer(11).write('abcdef'), 'bob');
    expect(events()).toEqual(['missing 2:1']);
    authority.committed(authority.batch()!);
    expect(events()).toEqual(['committed 0-1 by 2 acks 2:2', 'refused 2:3 client-taken']);
  });

  test('RS5 a client that advanced to this timeline, and did not send its work yet, may still do so', () => {
    const bring = (stored: Partial<StoredDocument>, extra: string) => {
      const { authority, opened, submit, events } = start({
        ...stored,
        owners: new Map([[11, 'ann']]),
      });
      const [ann, bob] = [new Writer(11), new Writer(22)];
      Y.applyUpdate(bob.doc, ann.write('a'));
      bob.write(extra);
      const { stateVector } = bob;
      opened(2, { user: 'bob', client: 22, ...at(0, 't2'), stateVector });
      submit(2, 1, Y.encodeStateAsUpdate(bob.doc), 'bob');
      submit(2, 2, new Writer(11).write('abc'), 'bob');
      const batch = authority.batch();
      if (batch !== null) authority.committed(batch);
      return [...events(), ...(batch?.owners.keys() ?? [])];
    };
    expect(bring({ timelines }, 'b')).toEqual([
      'committed 0-1 by 2 acks 2:1',
      'refused 2:2 client-taken',
      22,
    ]);
    expect(bring({ timelines: { current: 't2', earlier: [] } }, 'b')).toEqual([
      'refused 2:1 client-taken',
    ]);
  });
});
