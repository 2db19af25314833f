import { expect, test } from 'vitest';
import { errorOf } from '@tandem/protocol';
import { EngineError } from '../engine/port.ts';
import type { FoundFiles, History, HistoryRequest } from '../history/port.ts';
import { historyReferences } from './history-references.ts';

/** Row by row: what each brought into the text. */
function historyOf(rows: readonly (readonly string[])[]) {
  const asked: HistoryRequest[] = [];
  const read = async (request: HistoryRequest): Promise<FoundFiles> => {
    asked.push(request);
    if (request.kind !== 'files') throw new Error(request.kind);
    const offset = request.after + 1;
    const found = (rows[offset - 1] ?? []).filter((file) => request.files.includes(file));
    return { found, next: offset < rows.length ? offset : null };
  };
  return { asked, history: { read: read as History['read'] } };
}

test('FS7 a file is needed that any change brought into the text, and no other one', async () => {
  const { history, asked } = historyOf([['image'], [], ['file'], ['unknown']]);
  const references = historyReferences(history);
  expect(await references.of('document', ['image', 'file', 'abandoned'])).toEqual([
    'image',
    'file',
  ]);
  expect(asked).toHaveLength(4);
  expect(await references.of('document', ['abandoned'])).toEqual([]);
});

test('FS7 the search ends with the last file, and asks for no file twice', async () => {
  const { history, asked } = historyOf([['image'], ['file'], []]);
  await historyReferences(history).of('document', ['image', 'file']);
  expect(asked).toEqual([
    { kind: 'files', document: 'document', after: 0, files: ['image', 'file'] },
    { kind: 'files', document: 'document', after: 1, files: ['file'] },
  ]);
});

test('FS7 where a history cannot be read, nobody can tell', async () => {
  const read = () => Promise.reject(new EngineError(errorOf('document-damaged')));
  expect(await historyReferences({ read }).of('document', ['file'])).toBeNull();
});

test('a document that does not exist needs no file', async () => {
  expect(await historyReferences({ read: async () => null }).of('document', ['file'])).toEqual([]);
});
