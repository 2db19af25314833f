/** A copy of a document, with its text and its files, and without its comments, its chat and its history. */
import type { Client, DocumentSession } from '@tandem/client';
import { readPage, referencedFiles } from '@tandem/document';
import {
  can,
  childrenOf,
  MAX_TITLE_LENGTH,
  positionBetween,
  type ErrorBody,
  type LibraryState,
  type SharingState,
} from '@tandem/protocol';
import {
  createDocument,
  type CreationOptions,
  type CreationResult,
} from '../import/create-document.ts';
import { fitTitle } from '../import/imported-blocks.ts';
import { waitUntil } from '../runtime/wait-until.ts';
import { documentFiles } from '../uploads/document-files.ts';
import { COPY_RETRY_MS, copyFile } from '../uploads/file-copies.ts';

const TEXT_WAIT_MS = 30_000;
const SHARING_WAIT_MS = 5_000;
const CREATION_WAIT_MS = 30_000;
const COPY_ATTEMPTS = 6;

interface Duplicate {
  readonly session: Pick<
    DocumentSession,
    'id' | 'doc' | 'loaded' | 'delivery' | 'isComplete' | 'hasContent' | 'onChange' | 'flush'
  >;
  readonly title: string;
  /** Of the copy for as long as files of it are missing, which may be for good: the page may be closed. */
  readonly unfinishedTitle: string;
  readonly library: LibraryState | null;
  /** Copies what this device has of a document that the server no longer gives (RS7). */
  readonly isRescue?: boolean;
}

export type DuplicateResult =
  /** With a sentence for each file that the server has refused to copy. */
  | (Extract<CreationResult, { kind: 'created' }> & { readonly refusals: readonly string[] })
  | Exclude<CreationResult, { kind: 'created' }>
  /** The text has not arrived on this device, or not all of it. */
  | { readonly kind: 'not-loaded' }
  /** The person may not read the original any more, or it is gone. */
  | { readonly kind: 'unreadable'; readonly error: ErrorBody }
  /** The server copies the files, from which it must not be parted. */
  | { readonly kind: 'files-need-server' };

type DuplicateClient = CreationOptions['client'] & Pick<Client, 'connection' | 'subscribe'>;

export async function duplicateDocument(
  { session, title, unfinishedTitle, library, isRescue = false }: Duplicate,
  client: DuplicateClient,
): Promise<DuplicateResult> {
  await session.loaded;
  const hasText = await waitUntil(() => !isArriving(session), {
    subscribe: (listener) => session.onChange(listener),
    withinMs: TEXT_WAIT_MS,
  });
  // What has just arrived is in the text with the next frame only.
  await session.flush();
  const { delivery } = session;
  if (delivery.kind === 'stopped' && !isRescue)
    return { kind: 'unreadable', error: delivery.error };
  // The server has not heard of a document that this device has just made: there is no more of it.
  const isWhole = isRescue || session.hasContent || client.commands.isCreating(session.id);
  if (!hasText || !isWhole) return { kind: 'not-loaded' };
  const files = referencedFiles(session.doc);
  if (files.length > 0 && client.connection.state.kind !== 'connected')
    return { kind: 'files-need-server' };
  const imported = { title: null, blocks: readPage(session.doc), files: [], losses: [] };
  const place = await placeOfCopy(library, session.id, client);
  let refusals: readonly string[] = [];
  const copyFiles = async (document: string): Promise<boolean> => {
    const answered = await copyFilesInto(document, files, client);
    refusals = answered ?? [];
    return answered !== null;
  };
  const created = await createDocument(
    { imported, title: files.length > 0 ? unfinishedTitle : title, ...place },
    {
      client,
      uploadsOf: (document) => documentFiles(document).uploads(),
      signal: new AbortController().signal,
      ...(files.length > 0 && { beforeText: copyFiles }),
    },
  );
  if (created.kind !== 'created') return created;
  if (files.length > 0) {
    const input = { document: created.document, title: fitTitle(title, MAX_TITLE_LENGTH) };
    client.commands.run({ name: 'document:rename', input });
  }
  return { ...created, refusals };
}

/** Without a connection, what this device has is all that there is to copy. Rejected work hides none of it. */
function isArriving({ delivery: { kind }, isComplete }: Duplicate['session']): boolean {
  return kind === 'loading' || kind === 'syncing' || (kind === 'saving' && !isComplete);
}

/** Beside the original, unless others read what is there who do not read the original. */
async function placeOfCopy(
  library: LibraryState | null,
  id: string,
  client: DuplicateClient,
): Promise<ReturnType<typeof placeBeside>> {
  const place = placeBeside(library, id);
  if (place.parent === null || inheritsAll(await liveSharing(id, client))) return place;
  return { parent: null };
}

/** Everybody who reads what is around the document reads the document. */
function inheritsAll(sharing: SharingState | null): boolean {
  return sharing !== null && sharing.isLinkInherited && sharing.around?.isRestricted === false;
}

/** Null when the server does not tell: what this device remembers may have changed. */
async function liveSharing(
  id: string,
  client: Pick<Client, 'connection' | 'subscribe'>,
): Promise<SharingState | null> {
  const { connection } = client;
  if (connection.state.kind !== 'connected') return null;
  const channel = client.subscribe(`sharing:${id}`);
  try {
    const isAnswered = () =>
      connection.state.kind !== 'connected' ||
      channel.status === 'live' ||
      channel.status === 'lost';
    await waitUntil(isAnswered, {
      subscribe: (listener) => channel.onChange(listener),
      withinMs: SHARING_WAIT_MS,
    });
    return channel.status === 'live' ? channel.state : null;
  } finally {
    channel.close();
  }
}

/** @returns why the server has refused files; null when it does not answer for all of them */
async function copyFilesInto(
  document: string,
  files: readonly string[],
  { commands }: Pick<Client, 'commands'>,
): Promise<readonly string[] | null> {
  const isCreated = await waitUntil(() => !commands.isCreating(document), {
    subscribe: (listener) => commands.onChange(listener),
    withinMs: CREATION_WAIT_MS,
  });
  if (!isCreated) return null;
  const refusals: string[] = [];
  for (const file of files) {
    const result = await copyPatiently(document, file);
    if (result.kind === 'later') return null;
    if (result.kind === 'refused') refusals.push(result.message);
  }
  return refusals;
}

async function copyPatiently(document: string, file: string): ReturnType<typeof copyFile> {
  for (let attempt = 1; ; attempt++) {
    const result = await copyFile(document, file);
    if (result.kind !== 'later' || attempt === COPY_ATTEMPTS) return result;
    await new Promise((resolve) => setTimeout(resolve, COPY_RETRY_MS));
  }
}

/** After the original where this person may put it, else at the top of their own list. */
export function placeBeside(
  library: LibraryState | null,
  id: string,
): { readonly parent: string | null; readonly position?: string } {
  const documents = library?.documents ?? [];
  const original = documents.find((listed) => listed.id === id);
  if (original === undefined) return { parent: null };
  const { parent, position: before } = original;
  const around = documents.find((listed) => listed.id === parent);
  const mayWrite = around !== undefined && can({ role: around.role, lifecycle: 'active' }, 'write');
  if (parent !== null && !mayWrite) return { parent: null };
  const beside = childrenOf(documents).get(parent) ?? [];
  const after = beside[beside.findIndex((listed) => listed.id === id) + 1]?.position ?? null;
  const position = positionBetween(before, after) ?? undefined;
  return { parent, ...(position !== undefined && { position }) };
}
