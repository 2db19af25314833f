import { MAX_PENDING_COMMANDS } from '@tandem/client';
import { appendBlocks, readPage } from '@tandem/document';
import { type Call, command as commandSchema } from '@tandem/protocol';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import type { ExportedThread } from '../export/exported-comments.ts';
import { commented, person, Place, random } from './testing/place.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const WHOLE = { cancelled: 0, unwritten: 0, refused: 0 };

const [thread] = commented().export() as [ExportedThread];
/** Of two messages each. */
const many = (count: number) => Array.from({ length: count }, () => thread);
const waiting = (kind: 'connected' | 'waiting') => {
  const place = new Place(person('ben'));
  appendBlocks(place.doc, readPage(commented().doc), random);
  place.waits = kind;
  return place;
};

test('IM17 an import goes on when there is room', async () => {
  const place = waiting('connected');
  const { messages, left } = place.startImport(many(150));
  await settled();
  expect([place.pending.length, messages.underWay]).toEqual([200, 200]);
  place.answer(100);
  await settled();
  expect(messages.underWay).toBe(200);
  expect(place.state.threads).toHaveLength(50);
  expect(await left).toEqual({ cancelled: 0, unwritten: 0 });
});

test('IM17 the room is that of all imports', async () => {
  const place = waiting('connected');
  void place.startImport(many(150));
  await settled();
  void place.startImport(many(150), 'd2');
  await settled();
  expect(place.pending).toHaveLength(200);
  expect(JSON.stringify(place.calls)).not.toContain('"d2"');
});

test('IM17 cancelling ends it, and the rest is counted', async () => {
  const place = waiting('connected');
  const { cancel, left } = place.startImport(many(150));
  await settled();
  cancel();
  expect(await left).toEqual({ cancelled: 100, unwritten: 0 });
  expect(place.calls).toHaveLength(200);
});

test('IM17 a device without a connection keeps as many, and the rest is counted', async () => {
  const place = waiting('waiting');
  expect(await place.startImport(many(150)).left).toEqual({ cancelled: 0, unwritten: 100 });
  expect(await place.startImport(many(150), 'd2').left).toEqual({ cancelled: 0, unwritten: 300 });
  expect(place.pending).toHaveLength(200);
});

test('IM17 half of the queue stays for the person', async () => {
  const place = waiting('connected');
  const input = { document: 'd1', title: 'Log' };
  const renaming = commandSchema.parse({ name: 'document:rename', input, id: ulid() });
  for (let at = 0; at < MAX_PENDING_COMMANDS / 2 - 1; at++) place.pending.push(renaming);
  expect(await place.startImport(many(3)).left).toEqual({ cancelled: 0, unwritten: 4 });
});

test('IM17 what the person deletes meanwhile is not of the import', async () => {
  const place = waiting('connected');
  const own = { name: 'comment:delete', input: { document: 'd1', message: ulid() } } as const;
  for (let at = 0; at < 200; at++) place.pending.push(commandSchema.parse({ ...own, id: ulid() }));
  expect(await place.startImport(many(3)).left).toEqual({ cancelled: 0, unwritten: 0 });
});

test('IM17 the deletions of an import count', async () => {
  const place = waiting('connected');
  const deleted = { ...thread, messages: [...thread.messages, { kind: 'deleted' } as const] };
  void place.startImport(Array.from({ length: 100 }, () => deleted));
  await settled();
  expect(place.pending).toHaveLength(200);
});

test('IM17 what the server refuses is counted', async () => {
  const ada = commented();
  const threads = ada.export();
  const full = new Place(person('ben'), ({ name }) => name === 'comment:reply');
  expect(await full.import(readPage(ada.doc), threads)).toEqual({ ...WHOLE, refused: 2 });
});

test('IM17 a deletion and a resolution that are refused count for their comment, once', async () => {
  const ada = commented();
  const threads = ada.export();
  const refusing = async (...names: readonly Call['name'][]) => {
    const place = new Place(person('ben'), ({ name }) => names.includes(name));
    return (await place.import(readPage(ada.doc), threads)).refused;
  };
  expect(await refusing('comment:delete')).toBe(1);
  expect(await refusing('comment:resolve')).toBe(1);
  expect(await refusing('comment:start', 'comment:delete', 'comment:resolve')).toBe(3);
});
