import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { writePage, type Block } from '@tandem/document';
import { encodeHistoryRows, errorOf, type HistoryRow } from '@tandem/protocol';
import { EngineError } from '../engine/port.ts';
import type { History, HistoryRequest } from '../history/port.ts';
import { historyReferences } from './history-references.ts';

const [IMAGE, FILE, ABANDONED] = [ulid(), ulid(), ulid()] as [string, string, string];

function updateWith(block: Block): Uint8Array {
  const doc = new Y.Doc();
  writePage(doc, [block], (count) => new Uint8Array(count));
  return Y.encodeStateAsUpdate(doc);
}

const ROWS: readonly HistoryRow[] = [
  updateWith({ type: 'image', attrs: { file: IMAGE, name: 'tide.png' } }),
  updateWith({ type: 'textBlock', content: [{ type: 'text', text: 'High water.' }] }),
  updateWith({ type: 'file', attrs: { file: FILE, name: 'tide.csv' } }),
].map((update, i) => ({ offset: i + 1, at: i, user: 'ada', update }));

/** Answers with one row at a time. */
function historyOf(rows: readonly HistoryRow[]): Pick<History, 'read'> {
  const read = async (request: HistoryRequest) => {
    if (request.kind === 'sessions')
      return { epoch: 'e', timeline: 't', head: 3, sessions: [], next: null };
    if (request.kind !== 'rows') throw new Error(request.kind);
    return encodeHistoryRows(rows.filter(({ offset }) => offset === request.after + 1));
  };
  return { read: read as History['read'] };
}

test('FS7 a file is needed that any change brought into the text, and no other one', async () => {
  const references = historyReferences(historyOf(ROWS));
  expect(await references.of('document', [IMAGE, FILE, ABANDONED])).toEqual([IMAGE, FILE]);
  expect(await references.of('document', [ABANDONED])).toEqual([]);
});

test('FS7 where changes are missing, or cannot be read, nobody can tell', async () => {
  const gap = historyReferences(historyOf(ROWS.slice(0, 1)));
  expect(await gap.of('document', [FILE])).toBeNull();
  const read = () => Promise.reject(new EngineError(errorOf('document-damaged')));
  expect(await historyReferences({ read }).of('document', [FILE])).toBeNull();
});

test('a document that does not exist needs no file', async () => {
  expect(await historyReferences({ read: async () => null }).of('document', [FILE])).toEqual([]);
});
