/** Keeps the search index up with titles and text. What it misses is found again at the next start (SE6). */
import type { Engine } from '../engine/port.ts';
import type { Log } from '../runtime/log.ts';
import type { SearchableText, SearchIndex } from '../storage/search/search-index.ts';

export interface DocumentIndexerOptions {
  readonly index: Pick<SearchIndex, 'update' | 'updateTitle' | 'outdated'>;
  readonly engine: Pick<Engine, 'view'>;
  readonly now: () => number;
  readonly log: Log;
}

export class DocumentIndexer implements AsyncDisposable {
  readonly #options: DocumentIndexerOptions;
  #state: 'open' | 'ended' = 'open';
  /** One at a time: each takes the write lock of SQLite. */
  #last: Promise<void> = Promise.resolve();
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(options: DocumentIndexerOptions) {
    this.#options = options;
  }

  textsChanged(texts: readonly SearchableText[]): void {
    if (texts.length > 0) this.#enqueue(() => this.#options.index.update(texts));
  }

  titleChanged(document: string): void {
    this.#enqueue(() => this.#options.index.updateTitle(document));
  }

  /** Indexes what the index lacks, such as everything after a move to another database. */
  catchUp(): void {
    this.#catchingUp = this.#catchUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'ended';
    await this.#catchingUp;
    await this.#last;
  }

  async #catchUp(): Promise<void> {
    const { index, log } = this.#options;
    try {
      let after = '';
      for (;;) {
        const documents = await index.outdated(after);
        const last = documents.at(-1);
        if (last === undefined) return;
        for (const { id, lacks } of documents) {
          if (this.#state === 'ended') return;
          if (lacks === 'title') await index.updateTitle(id);
          else await this.#index(id);
        }
        after = last.id;
      }
    } catch (error) {
      log.warn({ err: error }, 'the search index could not be completed');
    }
  }

  async #index(document: string): Promise<void> {
    const { index, engine, now, log } = this.#options;
    try {
      const at = now();
      const view = await engine.view(document);
      if (view === null) return await index.updateTitle(document);
      const { parts, epoch, offset } = view;
      await index.update([{ document, parts, epoch, offset, at }]);
    } catch (error) {
      log.warn({ err: error, document }, 'a document could not be indexed for the search');
    }
  }

  #enqueue(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'the search index could not follow a change');
    });
  }
}
