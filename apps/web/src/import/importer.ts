/** Imports files one after the other, and keeps a report about each. */
import { type ErrorBody, MAX_TITLE_LENGTH, positionAtTime } from '@tandem/protocol';
import { Observable } from '../runtime/observable.ts';
import { importArchive } from './archive-import.ts';
import type { FileReading } from './conversion.ts';
import type { CreationResult, NewDocument } from './create-document.ts';
import { fitTitle } from './imported-blocks.ts';
import { type Loss, Losses, type RefusalReason } from './imported.ts';
import { IMPORT_LIMITS } from './limits.ts';

export interface ImportItem {
  readonly id: number;
  readonly name: string;
  readonly state: ItemState;
}

export type ItemState =
  | { readonly kind: 'waiting' | 'reading' | 'writing' | 'cancelled' }
  /** Of the documents in a zip file. */
  | { readonly kind: 'restoring'; readonly done: number; readonly count: number }
  | {
      readonly kind: 'done';
      /** Null for a zip file without documents. */
      readonly document: string | null;
      readonly title: string;
      readonly documents: number;
      readonly losses: readonly Loss[];
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  /** The server does not take a document there. Null: something that nobody has foreseen. */
  | { readonly kind: 'failed'; readonly error: ErrorBody | null }
  /** The document is there, but not all of its text. */
  | {
      readonly kind: 'incomplete';
      readonly document: string;
      readonly title: string;
      readonly error: ErrorBody | null;
    };

export interface ImporterOptions {
  readonly reading: FileReading;
  readonly now: () => number;
  readonly create: (document: NewDocument, signal: AbortSignal) => Promise<CreationResult>;
}

interface Waiting {
  readonly id: number;
  readonly file: File;
  readonly parent: string | null;
  /** At the top of the tree, where the last file would be the first. */
  readonly position: string;
}

export class Importer {
  readonly items = new Observable<readonly ImportItem[]>([]);
  readonly #options: ImporterOptions;
  readonly #waiting: Waiting[] = [];
  #cancellation = new AbortController();
  #isRunning = false;
  #lastId = 0;

  constructor(options: ImporterOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Files above the limit of one import are refused. @param parent the document in which the new ones are */
  add(files: readonly File[], parent: string | null): void {
    const room = Math.max(0, IMPORT_LIMITS.maxFiles - this.#waiting.length);
    const now = this.#options.now();
    const added = files.map((file, index): ImportItem => {
      const id = ++this.#lastId;
      const { name } = file;
      if (index >= room) return { id, name, state: { kind: 'refused', reason: 'too-many' } };
      this.#waiting.push({ id, file, parent, position: positionAtTime(now - index) });
      return { id, name, state: { kind: 'waiting' } };
    });
    this.items.set([...this.items.get(), ...added]);
    if (!this.#isRunning) void this.#run();
  }

  /** Documents that are there already stay. */
  cancel(): void {
    this.#cancellation.abort();
    this.#cancellation = new AbortController();
    for (const { id } of this.#waiting.splice(0)) this.#show(id, { kind: 'cancelled' });
  }

  /** Forgets the report of what is over. */
  clear(): void {
    if (!this.#isRunning) this.items.set([]);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      this.#show(
        next.id,
        await this.#import(next).catch((): ItemState => ({ kind: 'failed', error: null })),
      );
    this.#isRunning = false;
    // Listeners ask whether it is running.
    this.items.set([...this.items.get()]);
  }

  async #import(waiting: Waiting): Promise<ItemState> {
    const { id, file, parent, position } = waiting;
    if (/\.zip$/i.test(file.name)) return await this.#restore(waiting);
    const { reading, create } = this.#options;
    if (file.size > IMPORT_LIMITS.maxFileBytes) return { kind: 'refused', reason: 'too-large' };
    this.#show(id, { kind: 'reading' });
    const { signal } = this.#cancellation;
    const result = await reading.convert({ name: file.name, blob: file }, signal);
    if (signal.aborted) return { kind: 'cancelled' };
    if (result.kind === 'refused') return result;
    this.#show(id, { kind: 'writing' });
    const { imported } = result;
    const title = imported.title ?? titleOf(file.name);
    const created = await create(
      { imported, title, parent, ...(parent === null && { position }) },
      signal,
    );
    if (created.kind === 'refused') return { kind: 'failed', error: created.error };
    if (created.kind === 'incomplete') return { ...created, title };
    const losses = new Losses();
    losses.addAll(imported.losses);
    losses.addAll(created.losses);
    if (fitTitle(title, MAX_TITLE_LENGTH) !== fitTitle(title, title.length)) losses.add('title');
    const { document } = created;
    return { kind: 'done', document, title, documents: 1, losses: losses.list() };
  }

  async #restore({ id, file, parent }: Waiting): Promise<ItemState> {
    const { reading, create, now } = this.#options;
    this.#show(id, { kind: 'reading' });
    const { signal } = this.#cancellation;
    const result = await importArchive(file, {
      reading,
      create,
      parent,
      now: now(),
      signal,
      onProgress: (done, count) => this.#show(id, { kind: 'restoring', done, count }),
    });
    if (result.kind === 'refused') return signal.aborted ? { kind: 'cancelled' } : result;
    const { first, documents, losses } = result;
    return { kind: 'done', document: first, title: file.name, documents, losses };
  }

  #show(id: number, state: ItemState): void {
    this.items.set(this.items.get().map((item) => (item.id === id ? { ...item, state } : item)));
  }
}

export function importedDocuments(items: readonly ImportItem[]): number {
  return items.reduce((sum, { state }) => sum + (state.kind === 'done' ? state.documents : 0), 0);
}

function titleOf(name: string): string {
  return name.replace(/\.[A-Za-z0-9]{1,10}$/, '').replaceAll('_', ' ');
}
