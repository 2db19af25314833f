import type { DocumentSession } from '@tandem/client';
import { type Block, readPage } from '@tandem/document';
import { errorOf, type ErrorBody } from '@tandem/protocol';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { AddedFile, FileUploads, UploadState } from '../editor/files/editor-files.ts';
import { createDocument, type CreationOptions } from './create-document.ts';
import type { ImportedFile } from './imported.ts';

const FORBIDDEN = errorOf('forbidden');
const ROOM = 2;

/** A queue that tells its listeners at once, as that of the page does. */
class Uploads implements FileUploads {
  readonly states = new Map<string, UploadState>();
  readonly added: string[] = [];
  readonly #listeners = new Set<() => void>();

  add([file]: readonly File[]): readonly AddedFile[] | null {
    if (this.states.size >= ROOM) return null;
    const id = `upload-${this.added.push(file!.name)}`;
    this.set(id, { kind: 'waiting' });
    return [{ id, name: file!.name, size: file!.size, kind: 'file', blob: file! }];
  }
  set(file: string, state: UploadState | null): void {
    if (state === null) this.states.delete(file);
    else this.states.set(file, state);
    for (const listener of this.#listeners) listener();
  }
  get(file: string): UploadState | null {
    return this.states.get(file) ?? null;
  }
  cancel(file: string): void {
    this.set(file, null);
  }
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  copy(): void {}
  blob(): null {
    return null;
  }
  retry(): void {}
}

class Session {
  readonly id = 'new';
  readonly loaded = Promise.resolve();
  doc = new Y.Doc();
  replicaVersion = 0;
  pending = 0;
  status: object = { kind: 'saved' };
  onFlush: () => void = () => undefined;
  readonly listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  flush(): Promise<void> {
    this.onFlush();
    return Promise.resolve();
  }
}

interface Given {
  readonly connection?: object;
  readonly isCreating?: boolean;
}

function fixture({ connection = { kind: 'connected' }, isCreating = false }: Given = {}) {
  const session = new Session();
  const uploads = new Uploads();
  const cancellation = new AbortController();
  const refusals = new Set<(call: object, error: ErrorBody) => void>();
  const calls: { name: string; input: { document: string } }[] = [];
  const never = () => () => undefined;
  const client = {
    connection: { state: connection, listen: never },
    commands: {
      run: (call: (typeof calls)[number]) => calls.push(call),
      isCreating: () => isCreating,
      onChange: never,
      onRefused: (listener: (call: object, error: ErrorBody) => void) => {
        refusals.add(listener);
        return () => refusals.delete(listener);
      },
    },
    openDocument: () => session as unknown as DocumentSession,
    closeDocument: () => undefined,
  } as unknown as CreationOptions['client'];
  const create = (blocks: readonly Block[], files: readonly string[] = []) =>
    createDocument(
      {
        imported: { title: null, blocks, files: files.map(fileOf), losses: [] },
        title: 'Log',
        parent: null,
      },
      { client, uploadsOf: () => Promise.resolve(uploads), signal: cancellation.signal },
    );
  const refuse = () => refusals.forEach((listener) => listener(calls[0]!, FORBIDDEN));
  return { session, uploads, cancellation, calls, create, refuse };
}

const fileOf = (name: string): ImportedFile => ({
  id: name,
  name,
  type: 'text/plain',
  blob: new Blob(['x']),
});
const text = (words: string): Block => ({
  type: 'textBlock',
  content: [{ type: 'text', text: words }],
});
const many = (count: number): readonly Block[] =>
  Array.from({ length: count }, (_, index) => text(`line ${index}`));
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('IM9 what the server has confirmed is a document without losses', async () => {
  const { session, create } = fixture();
  expect(await create([text('a')])).toMatchObject({ kind: 'created', losses: [] });
  expect(readPage(session.doc)).toMatchObject([{ content: [{ text: 'a' }] }]);
});

test.each([
  ['refused', FORBIDDEN],
  ['stopped', FORBIDDEN],
  ['view-only', null],
])('IM9 a session that is %s half way makes an incomplete document', async (kind, error) => {
  const { session, create } = fixture();
  session.onFlush = () => (session.status = { kind, error });
  expect(await create(many(1_200))).toMatchObject({ kind: 'incomplete', error });
  expect(readPage(session.doc)).toHaveLength(500);
});

test('IM9 a copy that was replaced, and an error, make an incomplete document', async () => {
  const replaced = fixture();
  replaced.session.onFlush = () => replaced.session.replicaVersion++;
  expect(await replaced.create([text('a')])).toMatchObject({ kind: 'incomplete', error: null });
  const broken = fixture();
  broken.session.onFlush = () => {
    throw new Error('unforeseen');
  };
  expect(await broken.create([text('a')])).toMatchObject({ kind: 'incomplete', error: null });
});

test('IM9 a creation that is refused later is refused', async () => {
  const { session, create, refuse } = fixture();
  session.onFlush = refuse;
  expect(await create([text('a')])).toEqual({ kind: 'refused', error: FORBIDDEN });
});

test('IM9 nothing is created for a connection that the server has ended', async () => {
  const { create, calls } = fixture({ connection: { kind: 'stopped', error: FORBIDDEN } });
  expect(await create([text('a')])).toEqual({ kind: 'refused', error: FORBIDDEN });
  expect(calls).toEqual([]);
});

test('IM9 what is not sent is counted', async () => {
  const { session, create } = fixture({ connection: { kind: 'waiting' }, isCreating: true });
  session.pending = 1;
  expect(await create([text('a')], ['a.txt'])).toMatchObject({
    kind: 'created',
    losses: [
      { kind: 'unsentFiles', count: 1 },
      { kind: 'unsentDocuments', count: 1 },
    ],
  });
});

test('IM7 a file waits for room, and is added once', async () => {
  const { uploads, create } = fixture();
  const result = create([], ['a', 'b', 'c', 'd']);
  await settled();
  expect(uploads.added).toEqual(['a', 'b']);
  uploads.set('upload-1', null);
  await settled();
  expect(uploads.added).toEqual(['a', 'b', 'c']);
  uploads.set('upload-2', null);
  await settled();
  for (const id of [...uploads.states.keys()]) uploads.set(id, null);
  expect(await result).toMatchObject({ kind: 'created', losses: [] });
  expect(uploads.added).toEqual(['a', 'b', 'c', 'd']);
});

test('IM7 files that the server refuses are counted, and make room', async () => {
  const { uploads, create } = fixture();
  const result = create([text('a')], ['a', 'b', 'c']);
  for (let file = 1; file <= 3; file++) {
    await settled();
    uploads.set(`upload-${file}`, { kind: 'failed', message: 'Uploads are off.' });
  }
  expect(await result).toMatchObject({ losses: [{ kind: 'refusedFiles', count: 3 }] });
  expect(uploads.states.size).toBe(0);
});

test('IM10 cancelling ends the wait for room; the text is there', async () => {
  const { session, uploads, cancellation, create } = fixture();
  const result = create([text('a')], ['a', 'b', 'c', 'd', 'e']);
  await settled();
  cancellation.abort();
  expect(await result).toMatchObject({
    kind: 'created',
    losses: [
      { kind: 'cancelledFiles', count: 3 },
      { kind: 'unsentFiles', count: 2 },
    ],
  });
  expect(uploads.added).toEqual(['a', 'b']);
  expect(readPage(session.doc)).toMatchObject([{ content: [{ text: 'a' }] }]);
});

test('IM10 cancelling ends the wait for the server to create the document', async () => {
  const { cancellation, create } = fixture({ isCreating: true });
  const result = create([text('a')]);
  await settled();
  cancellation.abort();
  expect(await result).toMatchObject({ kind: 'incomplete', error: null });
});
