/**
 * Makes a document of what was read, as if a person had written it: through the outbox of this device, so that it is not
 * lost when the connection is. Files go the way of pasted ones.
 */
import { newDocumentId, type Client, type DocumentSession } from '@tandem/client';
import { appendBlocks, type Block } from '@tandem/document';
import { MAX_TITLE_LENGTH, type ErrorBody } from '@tandem/protocol';
import type { AddedFile, FileUploads } from '../editor/files/editor-files.ts';
import { openDocumentWhenCreated } from '../session/open-document.ts';
import { fitTitle } from './imported-blocks.ts';
import { ImportedMessages } from './imported-messages.ts';
import { ImportedUploads } from './imported-uploads.ts';
import { type ImportedDocument, type Loss, Losses } from './imported.ts';

/** Of one update. The server checks each as a whole. */
const BLOCKS_PER_UPDATE = 500;
/** The next document waits for the server to have this one, so that a large import does not fill this device. */
const DELIVERY_WAIT_MS = 30_000;

export interface NewDocument {
  /** Chosen before, where others link to it. */
  readonly document?: string;
  readonly imported: ImportedDocument;
  readonly title: string;
  readonly parent: string | null;
  /** Without it, the new one is the last in a document, or the first at the top. */
  readonly position?: string;
}

export interface CreationOptions {
  readonly client: Pick<Client, 'commands' | 'connection' | 'openDocument' | 'closeDocument'>;
  readonly uploadsOf: (document: string) => Promise<FileUploads>;
  /** Ends waiting. The text is written nevertheless. */
  readonly signal: AbortSignal;
  /** What the text needs to be whole. If it resolves with false, the document stays empty, and is incomplete. */
  readonly beforeText?: (document: string) => Promise<boolean>;
}

export type CreationResult =
  | { readonly kind: 'created'; readonly document: string; readonly losses: readonly Loss[] }
  /** Writing has ended before all of the text was in it. Null: nobody has said why. */
  | { readonly kind: 'incomplete'; readonly document: string; readonly error: ErrorBody | null }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export async function createDocument(
  { document = newDocumentId(), imported, title, parent, position }: NewDocument,
  options: CreationOptions,
): Promise<CreationResult> {
  const { client, uploadsOf, signal, beforeText } = options;
  const { state } = client.connection;
  if (state.kind === 'stopped') return { kind: 'refused', error: state.error };
  // Before the document is there, because this code may not load.
  const uploads =
    imported.files.length === 0 ? null : new ImportedUploads(await uploadsOf(document));
  const messages = new ImportedMessages(client, document);
  const refusal = watchRefusal(client, document);
  client.commands.run({
    name: 'document:create',
    input: {
      document,
      title: fitTitle(title, MAX_TITLE_LENGTH),
      ...(parent !== null && { parent }),
      ...(position !== undefined && { position }),
    },
  });
  const opening = openSession(client, document);
  const cancelling = watchAbort(signal);
  try {
    const ending = Promise.race([refusal.found, cancelling.found]);
    const session = await Promise.race([opening.session, ending]);
    const isReady =
      session !== null &&
      !('code' in session) &&
      (beforeText === undefined || (await Promise.race([beforeText(document), ending])) === true);
    const result = isReady
      ? await writeDocument(imported, { client, session, uploads, messages, signal })
      : ({ kind: 'incomplete', error: null } as const);
    return refusal.error === null
      ? { ...result, document }
      : { kind: 'refused', error: refusal.error };
  } catch {
    return { kind: 'incomplete', document, error: null };
  } finally {
    refusal.stop();
    cancelling.stop();
    opening.close();
    uploads?.close();
    messages.close();
  }
}

interface Writing extends Pick<CreationOptions, 'client' | 'signal'> {
  readonly session: DocumentSession;
  /** Null when there are no files. */
  readonly uploads: ImportedUploads | null;
  readonly messages: ImportedMessages;
}

type WritingResult =
  | { readonly kind: 'created'; readonly losses: readonly Loss[] }
  | { readonly kind: 'incomplete'; readonly error: ErrorBody | null };

async function writeDocument(imported: ImportedDocument, writing: Writing): Promise<WritingResult> {
  const { session, uploads, messages, signal } = writing;
  await session.loaded;
  const replica = session.replicaVersion;
  const uploaded = await addFiles(imported, { uploads, signal });
  const blocks = imported.blocks.map((block) => withUpload(block, uploaded));
  for (let at = 0; at < blocks.length; at += BLOCKS_PER_UPDATE) {
    const end = endOf(session, replica);
    if (end !== null) return end;
    appendBlocks(session.doc, blocks.slice(at, at + BLOCKS_PER_UPDATE), randomBytes);
    await session.flush();
  }
  const { comments = [], chat = [] } = imported;
  const left = await messages.write(session, { comments, chat }, signal);
  await delivered(writing);
  const end = endOf(session, replica);
  if (end !== null) return end;
  const losses = new Losses();
  losses.add('cancelledFiles', imported.files.length - uploaded.size);
  losses.add('refusedFiles', uploads?.refused ?? 0);
  losses.add('unsentFiles', uploads?.underWay ?? 0);
  losses.add('cancelledMessages', left.cancelled);
  losses.add('unwrittenMessages', left.unwritten);
  losses.add('refusedMessages', messages.refused);
  losses.add('unsentMessages', messages.underWay);
  losses.add('unsentDocuments', isDelivered(writing) ? 0 : 1);
  return { kind: 'created', losses: losses.list() };
}

/** Null while the text can be written. */
function endOf(
  { status, replicaVersion }: DocumentSession,
  replica: number,
): Extract<WritingResult, { readonly kind: 'incomplete' }> | null {
  if (status.kind === 'refused' || status.kind === 'stopped' || status.kind === 'view-only')
    return { kind: 'incomplete', error: status.error };
  // What was written is in the copy that was replaced.
  return replicaVersion === replica ? null : { kind: 'incomplete', error: null };
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function watchAbort(signal: AbortSignal) {
  let abort: () => void = () => undefined;
  const found = new Promise<null>((resolve) => {
    abort = () => resolve(null);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
  return { found, stop: () => signal.removeEventListener('abort', abort) };
}

function watchRefusal({ commands }: CreationOptions['client'], document: string) {
  let stop: () => void = () => undefined;
  let error: ErrorBody | null = null;
  const found = new Promise<ErrorBody>((resolve) => {
    stop = commands.onRefused((call, body) => {
      if (call.name !== 'document:create' || call.input.document !== document) return;
      error = body;
      resolve(body);
    });
  });
  return {
    found,
    get error() {
      return error;
    },
    stop: () => stop(),
  };
}

function openSession(client: CreationOptions['client'], id: string) {
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

/** By the ids that the blocks name. */
async function addFiles(
  { files }: ImportedDocument,
  { uploads, signal }: Pick<Writing, 'uploads' | 'signal'>,
): Promise<ReadonlyMap<string, UploadedFile>> {
  const uploaded = new Map<string, UploadedFile>();
  // One at a time: the queue may have no room for all of them.
  for (const file of files) {
    const added = (await uploads?.add(file, signal)) ?? null;
    if (added !== null) uploaded.set(file.id, { ...added, ...(await measure(added)) });
  }
  return uploaded;
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

function isDelivered({ client, session }: Writing): boolean {
  return session.pending === 0 && !client.commands.isCreating(session.id);
}

/** Ends as well when nothing can arrive, or after a while. */
async function delivered(writing: Writing): Promise<void> {
  const { client, session, uploads, messages, signal } = writing;
  const { commands, connection } = client;
  let stop: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const waiting = (uploads?.underWay ?? 0) + messages.underWay;
      const isOver = isDelivered(writing) && waiting === 0;
      if (isOver || signal.aborted || connection.state.kind !== 'connected') resolve();
    };
    const stops = [
      session.onChange(look),
      commands.onChange(look),
      connection.listen({ state: look }),
      uploads?.subscribe(look),
    ];
    const timer = setTimeout(resolve, DELIVERY_WAIT_MS);
    signal.addEventListener('abort', look);
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', look);
      for (const each of stops) each?.();
    };
    look();
  });
  stop();
}
