/**
 * Updates the excerpts in lists a moment after a document's text changed, many documents per
 * commit, and hands the texts to the search index.
 */
import { refreshDocuments, type DocumentChange } from '../storage/documents.ts';
import type { Database } from '../storage/tables.ts';
import type { DocumentView, Engine } from '../engine/port.ts';
import { LIBRARY } from '../storage/limits.ts';
import type { Log } from '../runtime/log.ts';
import type { DocumentIndexer } from './document-indexer.ts';

type ReadDocument = DocumentChange & DocumentView;

export class ExcerptUpdater implements AsyncDisposable {
  readonly #db: Database;
  readonly #engine: Engine;
  readonly #indexer: Pick<DocumentIndexer, 'textsChanged'>;
  readonly #log: Log;
  readonly #changed = new Set<string>();
  #listener: (changes: readonly DocumentChange[]) => Promise<void> = async () => {};
  #timer: NodeJS.Timeout | null = null;
  #refreshing: Promise<void> = Promise.resolve();

  constructor({
    db,
    engine,
    indexer,
    log,
  }: {
    readonly db: Database;
    readonly engine: Engine;
    readonly indexer: Pick<DocumentIndexer, 'textsChanged'>;
    readonly log: Log;
  }) {
    this.#db = db;
    this.#engine = engine;
    this.#indexer = indexer;
    this.#log = log;
  }

  changed(document: string): void {
    this.#changed.add(document);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#refreshing = this.#refreshing.then(() => this.#refresh());
    }, LIBRARY.excerptDelayMs);
  }

  /** Sets the one listener. */
  onExcerptsChanged(listener: (changes: readonly DocumentChange[]) => Promise<void>): void {
    this.#listener = listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#refreshing;
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    // Changes during the flush wait for the next delay.
    const changed = [...this.#changed];
    this.#changed.clear();
    for (let at = 0; at < changed.length; at += LIBRARY.excerptsPerCommit)
      await this.#refreshTogether(changed.slice(at, at + LIBRARY.excerptsPerCommit));
  }

  async #refreshTogether(documents: readonly string[]): Promise<void> {
    try {
      const read = await Promise.all(documents.map((document) => this.#read(document)));
      const changes = read.filter((change) => change !== null);
      const excerpts = new Map(changes.map(({ id, excerpt }) => [id, excerpt]));
      const refreshed = await refreshDocuments(this.#db, changes);
      this.#indexer.textsChanged(
        changes
          .filter(({ kind }) => kind === 'page')
          .map(({ id, at, parts, links, epoch, offset }) => ({
            ...{ document: id, at, parts, links, epoch, offset },
          })),
      );
      await this.#listener(
        refreshed.map(({ id, at }) => ({ id, at, excerpt: excerpts.get(id) ?? '' })),
      );
    } catch (error) {
      // The next change retries; only list entries are outdated.
      this.#log.warn({ err: error, documents }, 'lists could not follow documents');
    }
  }

  async #read(document: string): Promise<ReadDocument | null> {
    try {
      const view = await this.#engine.view(document);
      if (view === null) return null;
      return { ...view, id: document, at: Date.now() };
    } catch (error) {
      this.#log.warn({ err: error, document }, 'the list could not follow a document');
      return null;
    }
  }
}
