/**
 * Reads the zip file of a workspace, in the thread that reads files. Nothing in it is trusted: names lead nowhere but into
 * the zip file, sizes are counted, hashes are compared, and pages go through the schema and the validation of updates.
 */
import { type Block, validatePage, writePage } from '@tandem/document';
import { pageSchema } from '@tandem/document/schema';
import { MAX_COMMENTS } from '@tandem/protocol';
import { Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';
import type { ExportedThread } from '../export/exported-comments.ts';
import type { ExportedChatMessage, ExportedMessage } from '../export/exported-messages.ts';
import { sha256 } from '../export/sha256.ts';
import {
  documentFile,
  MANIFEST_PATH,
  WORKSPACE_VERSION,
  type WorkspaceFile,
  type WorkspaceManifest,
  workspaceManifest,
} from '../export/workspace-manifest.ts';
import type { Archive, ArchiveContents, ArchivedText } from './archive.ts';
import { type ImportedFile, Losses, RefusedFile } from './imported.ts';
import { ARCHIVE_LIMITS } from './limits.ts';
import type { ZipEntries } from './zip-entries.ts';

const schema = new Schema(pageSchema);

export class WorkspaceReader implements Archive {
  readonly contents: ArchiveContents;
  readonly #documents: WorkspaceManifest['documents'];
  readonly #entries: ZipEntries;

  private constructor({ documents }: WorkspaceManifest, entries: ZipEntries) {
    this.contents = { documents, attachments: 0 };
    this.#documents = documents;
    this.#entries = entries;
  }

  static async open(entries: ZipEntries): Promise<WorkspaceReader> {
    const json = await entries.unpack(MANIFEST_PATH, ARCHIVE_LIMITS.maxManifestBytes);
    const manifest = workspaceManifest.safeParse(await parseJson(json)).data;
    if (manifest === undefined) throw new RefusedFile('unreadable');
    if (manifest.version > WORKSPACE_VERSION) throw new RefusedFile('too-new');
    return new WorkspaceReader(manifest, entries);
  }

  async read(index: number): Promise<ArchivedText> {
    const document = this.#documents[index] ?? null;
    if (document === null) throw new RefusedFile('unreadable');
    const losses = new Losses();
    const json = await this.#unpack(document, ARCHIVE_LIMITS.maxDocumentBytes);
    const content = documentFile.safeParse(await parseJson(json)).data;
    if (content === undefined) throw new RefusedFile('unreadable');
    if (content.kind === 'data') throw new RefusedFile('data');
    const blocks = readBlocks(content.blocks);
    const files: ImportedFile[] = [];
    const paths = new Set<string>();
    let left: number = ARCHIVE_LIMITS.maxDocumentFilesBytes;
    for (const file of document.files) {
      const isRepeated = paths.size === paths.add(file.path).size;
      const read = isRepeated ? 'missingFiles' : await this.#readFile(file, left);
      if (typeof read === 'string') losses.add(read);
      else {
        left -= read.blob.size;
        files.push(read);
      }
    }
    const { title } = document;
    const comments = readComments(content.comments, losses);
    const chat = readChat(content.chat, losses);
    const imported = { title, blocks, files, comments, chat, losses: losses.list() };
    return { imported, attachments: [] };
  }

  /** Whatever is wrong with a file, the document comes back without it. */
  async #readFile(
    file: WorkspaceFile,
    left: number,
  ): Promise<ImportedFile | 'missingFiles' | 'largeFiles'> {
    try {
      const blob = await this.#unpack(file, Math.min(left, ARCHIVE_LIMITS.maxFileBytes));
      return { id: file.id, name: file.name, type: file.type, blob };
    } catch (error) {
      const isLarge = error instanceof RefusedFile && error.reason === 'too-large';
      return isLarge ? 'largeFiles' : 'missingFiles';
    }
  }

  async #unpack(
    { path, sha256: hash }: Pick<WorkspaceFile, 'path' | 'sha256'>,
    maxBytes: number,
  ): Promise<Blob> {
    const blob = await this.#entries.unpack(path, maxBytes);
    if ((await sha256(blob)) !== hash) throw new RefusedFile('unreadable');
    return blob;
  }
}

function readComments(
  given: readonly (ExportedThread | null)[] | null,
  losses: Losses,
): readonly ExportedThread[] {
  if (given === null) losses.add('unreadableComments');
  const threads = (given ?? []).filter((thread) => thread !== null);
  losses.add('damagedComments', (given ?? []).length - threads.length);
  const { kept, excess } = withinLimit(threads);
  losses.add('excessComments', excess.flatMap(writtenOf).length);
  countReactions(kept.flatMap(writtenOf), losses);
  return kept;
}

function readChat(
  given: readonly (ExportedChatMessage | null)[] | null,
  losses: Losses,
): readonly (ExportedChatMessage | null)[] {
  if (given === null) losses.add('unreadableChats');
  const messages = (given ?? []).filter((message) => message !== null);
  losses.add('damagedMessages', (given ?? []).length - messages.length);
  countReactions(messages, losses);
  return given ?? [];
}

function countReactions(messages: readonly ExportedMessage[], losses: Losses): void {
  const reactions = messages.flatMap((message) => message.reactions);
  losses.add('damagedReactions', reactions.filter((reaction) => reaction === null).length);
}

/** The first threads, with as many messages as a document may have. Marks of deleted ones count (CO6). */
function withinLimit(threads: readonly ExportedThread[]): {
  readonly kept: readonly ExportedThread[];
  readonly excess: readonly ExportedThread[];
} {
  let messages = 0;
  const end = threads.findIndex((thread) => (messages += thread.messages.length) > MAX_COMMENTS);
  return end < 0
    ? { kept: threads, excess: [] }
    : { kept: threads.slice(0, end), excess: threads.slice(end) };
}

function writtenOf({ messages }: ExportedThread) {
  return messages.filter((message) => message.kind === 'message');
}

async function parseJson(blob: Blob): Promise<unknown> {
  try {
    return JSON.parse(await blob.text());
  } catch {
    throw new RefusedFile('unreadable');
  }
}

function readBlocks(content: readonly unknown[]): readonly Block[] {
  if (content.length === 0) return [];
  const node = schema.nodeFromJSON({ type: 'doc', content });
  node.check();
  const blocks = (node.toJSON() as { content: Block[] }).content;
  const doc = new Y.Doc();
  writePage(doc, blocks, (length) => crypto.getRandomValues(new Uint8Array(length)));
  if (validatePage(doc).length > 0) throw new RefusedFile('unreadable');
  return isEmptyPage(blocks) ? [] : blocks;
}

/** A page in which nobody has written is read as one block that is not in it. */
function isEmptyPage([first, ...rest]: readonly Block[]): boolean {
  const hasNothing = first?.type === 'textBlock' && !first.attrs?.id && !first.content?.length;
  return hasNothing && rest.length === 0;
}
