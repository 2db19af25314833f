/**
 * Makes a document of what was read, as if a person had written it: through the outbox of this device, so that it is not
 * lost when the connection is. Files go the way of pasted ones.
 */
import { newDocumentId, type Client, type DocumentSession } from '@tandem/client';
import { appendBlocks, type Block } from '@tandem/document';
import { MAX_TITLE_LENGTH, type ErrorBody } from '@tandem/protocol';
import { openDocumentWhenCreated } from '../session/open-document.ts';
import { documentFiles } from '../uploads/document-files.ts';
import type { AddedFile, FileUploads } from '../editor/files/editor-files.ts';
import { fitTitle } from './imported-blocks.ts';
import type { ImportedDocument, ImportedFile } from './imported.ts';

/** Of one update. The server checks each as a whole. */
const BLOCKS_PER_UPDATE = 500;
/** The next document waits for the server to have this one, so that a large import does not fill this device. */
const DELIVERY_WAIT_MS = 30_000;

export interface NewDocument {
  readonly imported: ImportedDocument;
  readonly title: string;
  readonly parent: string | null;
  /** At the top of the tree. In a document, the new one is the last. */
  readonly position?: string;
}

export type CreationResult =
  | { readonly kind: 'created'; readonly document: string }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export async function createDocument(
  client: Client,
  { imported, title, parent, position }: NewDocument,
): Promise<CreationResult> {
  const document = newDocumentId();
  const refusal = watchRefusal(client, document);
  client.commands.run({
    name: 'document:create',
    input: {
      document,
      title: fitTitle(title, MAX_TITLE_LENGTH),
      ...(parent !== null ? { parent } : position !== undefined && { position }),
    },
  });
  const opening = openSession(client, document);
  try {
    const session = await Promise.race([opening.session, refusal.error]);
    if ('code' in session) return { kind: 'refused', error: session };
    await session.loaded;
    const blocks = await withUploads(document, imported);
    for (let at = 0; at < blocks.length; at += BLOCKS_PER_UPDATE) {
      appendBlocks(session.doc, blocks.slice(at, at + BLOCKS_PER_UPDATE), randomBytes);
      await session.flush();
    }
    await delivered(client, session);
    return { kind: 'created', document };
  } finally {
    refusal.stop();
    opening.close();
  }
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function watchRefusal(client: Client, document: string) {
  let stop: () => void = () => undefined;
  const error = new Promise<ErrorBody>((resolve) => {
    stop = client.commands.onRefused((call, body) => {
      if (call.name === 'document:create' && call.input.document === document) resolve(body);
    });
  });
  return { error, stop: () => stop() };
}

function openSession(client: Client, id: string) {
  let close: () => void = () => undefined;
  const session = new Promise<DocumentSession>((resolve) => {
    close = openDocumentWhenCreated({
      client,
      id,
      show: (opened) => opened !== null && resolve(opened),
    });
  });
  return { session, close: () => close() };
}

async function withUploads(
  document: string,
  { blocks, files }: ImportedDocument,
): Promise<readonly Block[]> {
  if (files.length === 0) return blocks;
  const uploads = await documentFiles(document).uploads();
  const uploaded = new Map<string, UploadedFile>();
  // One at a time: the queue may have no room for all of them.
  for (const file of files) {
    const added = await addWhenThereIsRoom(uploads, file);
    uploaded.set(file.id, { ...added, ...(await measure(added)) });
  }
  return blocks.map((block) => withUpload(block, uploaded));
}

interface UploadedFile extends AddedFile {
  readonly width?: number;
  readonly height?: number;
}

function withUpload(block: Block, uploaded: ReadonlyMap<string, UploadedFile>): Block {
  if (block.type === 'quote')
    return { ...block, content: (block.content ?? []).map((inner) => withUpload(inner, uploaded)) };
  if (block.type !== 'image' && block.type !== 'file') return block;
  const file = uploaded.get(block.attrs?.file ?? '');
  if (file === undefined) return block;
  const { width, height } = file;
  const side = block.type === 'image' && width !== undefined ? { width, height } : {};
  return { ...block, attrs: { ...block.attrs, file: file.id, ...side } } as Block;
}

function addWhenThereIsRoom(
  uploads: FileUploads,
  { bytes, name, type }: ImportedFile,
): Promise<AddedFile> {
  const file = new File([bytes], name, { type });
  return new Promise((resolve) => {
    const add = (): boolean => {
      const added = uploads.add([file])?.[0];
      if (added === undefined) return false;
      resolve(added);
      return true;
    };
    if (add()) return;
    const stop = uploads.subscribe(() => add() && stop());
  });
}

/** The size in pixels keeps the text in its place while the image loads. */
async function measure({
  kind,
  blob,
}: AddedFile): Promise<{ readonly width: number; readonly height: number } | null> {
  if (kind !== 'image') return null;
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (bitmap === null) return null;
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function delivered({ connection }: Client, session: DocumentSession): Promise<void> {
  let stop: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (session.pending === 0 || connection.state.kind !== 'connected') resolve();
    };
    const stops = [session.onChange(look), connection.listen({ state: look })];
    const timer = setTimeout(resolve, DELIVERY_WAIT_MS);
    stop = () => {
      clearTimeout(timer);
      for (const each of stops) each();
    };
    look();
  });
  stop();
}
