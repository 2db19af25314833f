/** Writes all documents of a person to a zip file, one after the other. */
import { type Block, readPage } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown-writer';
import type { CommentThread } from '@tandem/protocol';
import * as Y from 'yjs';
import { addressIn, markdownOf } from './export-document.ts';
import { fileBlocks, type ReadFile } from './exported-files.ts';
import { fileStem, MAX_STEM_BYTES, uniqueFileName, utf8Length } from './file-name.ts';
import { exportComments } from './page-comments.ts';
import { exportChat, type LoadedChat } from './page-messages.ts';
import { sha256 } from './sha256.ts';
import {
  type DocumentFile,
  MANIFEST_PATH,
  MAX_FILES_PER_DOCUMENT,
  WORKSPACE_VERSION,
  type WorkspaceDocument,
  workspaceDocument,
  type WorkspaceFile,
  type WorkspaceManifest,
} from './workspace-manifest.ts';
import type { ZipFile } from './zip-file.ts';

/** A document in the tree; parents come before what is inside of them. */
export interface ListedForExport {
  readonly id: string;
  readonly parent: string | null;
  readonly title: string;
  readonly kind: 'page' | 'data';
}

export interface WorkspaceSource {
  readonly documents: readonly ListedForExport[];
  /** @returns null for a document that cannot be read now */
  readonly open: (document: string, signal: AbortSignal) => Promise<Y.Doc | null>;
  readonly close: (document: string) => void;
  /** @returns null when they cannot be read now */
  readonly comments: (
    document: string,
    signal: AbortSignal,
  ) => Promise<readonly CommentThread[] | null>;
  /** With as many messages as a file holds. @returns null as `comments` */
  readonly chat: (document: string, signal: AbortSignal) => Promise<LoadedChat | null>;
  readonly readFile: (document: string) => ReadFile;
  readonly untitled: string;
  readonly now: Date;
}

export interface WorkspaceExportOptions {
  readonly zip: ZipFile;
  readonly signal: AbortSignal;
  /** @param done of all documents */
  readonly onProgress: (done: number) => void;
}

export interface WorkspaceReport {
  readonly documents: number;
  /** Titles of documents, and names of files, that could not be read. */
  readonly missing: readonly string[];
  /** Titles of documents whose comments or chats could not be read. */
  readonly withoutMessages: readonly string[];
  /** Titles of documents of whose chats only the end is in the file. */
  readonly withoutOldMessages: readonly string[];
}

const NO_CHAT: LoadedChat = { messages: [], hasOlder: false };

export async function exportWorkspace(
  source: WorkspaceSource,
  { zip, signal, onProgress }: WorkspaceExportOptions,
): Promise<WorkspaceReport> {
  const writer = new WorkspaceWriter(source, zip);
  for (const [index, document] of source.documents.entries()) {
    onProgress(index);
    signal.throwIfAborted();
    try {
      const doc = await source.open(document.id, signal);
      signal.throwIfAborted();
      const isPage = doc !== null && document.kind === 'page';
      const [comments, chat] = isPage
        ? await Promise.all([
            source.comments(document.id, signal),
            source.chat(document.id, signal),
          ])
        : [[], NO_CHAT];
      signal.throwIfAborted();
      await writer.write(document, doc, { comments, chat });
    } finally {
      source.close(document.id);
    }
  }
  onProgress(source.documents.length);
  return await writer.end();
}

class WorkspaceWriter {
  readonly #source: WorkspaceSource;
  readonly #zip: ZipFile;
  readonly #written: WorkspaceDocument[] = [];
  readonly #missing: string[] = [];
  readonly #withoutMessages: string[] = [];
  readonly #withoutOldMessages: string[] = [];
  /** Where what is inside a document is put: in itself, or in the nearest one around it that could be read. */
  readonly #places = new Map<string | null, string | null>([[null, null]]);
  /** Folders of Markdown files by document, and the names in each. */
  readonly #folders = new Map<string | null, string>([[null, '']]);
  readonly #taken = new Map<string, Set<string>>();

  constructor(source: WorkspaceSource, zip: ZipFile) {
    this.#source = source;
    this.#zip = zip;
    // What is in the zip file besides.
    const taken = new Set<string>();
    for (const name of ['documents', 'files', MANIFEST_PATH]) fileStem(name, '', taken);
    this.#taken.set('', taken);
  }

  /** @param spoken null for what could not be read */
  async write(
    document: ListedForExport,
    doc: Y.Doc | null,
    spoken: {
      readonly comments: readonly CommentThread[] | null;
      readonly chat: LoadedChat | null;
    },
  ): Promise<void> {
    const { id, title, kind } = document;
    const parent = this.#places.get(document.parent) ?? null;
    this.#places.set(id, parent);
    if (doc === null) {
      this.#missing.push(title || this.#source.untitled);
      return;
    }
    const blocks = kind === 'page' ? readPage(doc) : [];
    const comments = exportComments(doc, spoken.comments ?? []);
    const chat = exportChat(spoken.chat ?? NO_CHAT);
    const content: DocumentFile =
      kind === 'page'
        ? { kind, blocks, comments: [...comments], chat: [...chat.messages] }
        : { kind, update: base64Of(Y.encodeStateAsUpdate(doc)) };
    const path = `documents/${encodeURIComponent(id)}.json`;
    const json = new Blob([JSON.stringify(content)], { type: 'application/json' });
    await this.#zip.add(path, json);
    const files = await this.#writeFiles(id, blocks);
    const stem = this.#stemOf(id, parent, title);
    const markdown = kind === 'page' ? `${stem}.md` : null;
    if (markdown !== null)
      await this.#zip.add(markdown, this.#markdownOf(blocks, { title, files, markdown }));
    const entry = { id, parent, title, kind, path, sha256: await sha256(json), markdown, files };
    // What an import would refuse is not reported as exported.
    if (!workspaceDocument.safeParse(entry).success) {
      this.#missing.push(title || this.#source.untitled);
      return;
    }
    if (spoken.comments === null || spoken.chat === null)
      this.#withoutMessages.push(title || this.#source.untitled);
    if (chat.isCut) this.#withoutOldMessages.push(title || this.#source.untitled);
    this.#places.set(id, id);
    this.#written.push(entry);
  }

  async end(): Promise<WorkspaceReport> {
    const manifest: WorkspaceManifest = {
      format: 'tandem-workspace',
      version: WORKSPACE_VERSION,
      exportedAt: this.#source.now.toISOString(),
      documents: this.#written,
    };
    await this.#zip.add(MANIFEST_PATH, JSON.stringify(manifest, null, 1));
    return {
      documents: this.#written.length,
      missing: this.#missing,
      withoutMessages: this.#withoutMessages,
      withoutOldMessages: this.#withoutOldMessages,
    };
  }

  async #writeFiles(document: string, blocks: readonly Block[]): Promise<WorkspaceFile[]> {
    const read = this.#source.readFile(document);
    const taken = new Set<string>();
    const files = new Map<string, WorkspaceFile>();
    for (const { attrs } of fileBlocks(blocks)) {
      const id = attrs?.file ?? null;
      if (id === null || files.has(id)) continue;
      const name = attrs?.name ?? id;
      const blob = files.size < MAX_FILES_PER_DOCUMENT ? await read(id) : null;
      if (blob === null) {
        this.#missing.push(name);
        continue;
      }
      const path = `files/${encodeURIComponent(document)}/${uniqueFileName(name, taken)}`;
      await this.#zip.add(path, blob);
      const { type, size } = blob;
      files.set(id, { id, name, type, size, path, sha256: await sha256(blob) });
    }
    return [...files.values()];
  }

  /**
   * The path of its Markdown file without the extension, which is also the folder of what is inside. Where that path
   * would become too long for a file system, what is inside is put beside it.
   */
  #stemOf(id: string, parent: string | null, title: string): string {
    const folder = this.#folders.get(parent) ?? '';
    const taken = this.#taken.get(folder) ?? new Set<string>();
    this.#taken.set(folder, taken);
    const stem = `${folder}${fileStem(title, this.#source.untitled, taken, ['', '.md'])}`;
    this.#folders.set(id, utf8Length(stem) <= MAX_STEM_BYTES ? `${stem}/` : folder);
    return stem;
  }

  #markdownOf(
    blocks: readonly Block[],
    { title, files, markdown }: Pick<WorkspaceDocument, 'title' | 'files'> & { markdown: string },
  ): string {
    const up = '../'.repeat(markdown.split('/').length - 1);
    const paths = new Map(files.map((file) => [file.id, `${up}${file.path}`]));
    const body = toMarkdown(blocks, { fileAddress: addressIn(paths) });
    return markdownOf(title || this.#source.untitled, body);
  }
}

const CHUNK = 32_768;

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}
