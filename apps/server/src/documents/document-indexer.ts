/** Keeps the search index up with titles, text and comments. What it misses is found again at the next start (SE6). */
import type { Engine } from '../engine/port.ts';
import type { Log } from '../runtime/log.ts';
import type { CommittedEvents } from '../storage/command-store.ts';
import type { MessageKey } from '../storage/messages.ts';
import type {
  OutdatedComments,
  SearchableText,
  SearchIndex,
} from '../storage/search/search-index.ts';

export interface DocumentIndexerOptions {
  readonly index: Pick<
    SearchIndex,
    'update' | 'updateTitle' | 'updateComment' | 'outdated' | 'outdatedComments'
  >;
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

  /** Comments are among the events that this node has committed. */
  committed(events: readonly CommittedEvents[]): void {
    for (const comment of events.flatMap(changedComments))
      this.#enqueue(() => this.#options.index.updateComment(comment));
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
    try {
      await this.#catchUpTexts();
      await this.#catchUpComments();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the search index could not be completed');
    }
  }

  async #catchUpTexts(): Promise<void> {
    const { index } = this.#options;
    for (let after: string | undefined = ''; after !== undefined;) {
      const documents = await index.outdated(after);
      for (const { id, lacks } of documents) {
        if (this.#state === 'ended') return;
        if (lacks === 'title') await index.updateTitle(id);
        else await this.#index(id);
      }
      after = documents.at(-1)?.id;
    }
  }

  async #catchUpComments(): Promise<void> {
    const { index } = this.#options;
    for (let after: string | null = ''; after !== null;) {
      const { comments, last }: OutdatedComments = await index.outdatedComments(after);
      for (const comment of comments) {
        if (this.#state === 'ended') return;
        await index.updateComment(comment);
      }
      after = last;
    }
  }

  async #index(document: string): Promise<void> {
    const { index, engine, now, log } = this.#options;
    try {
      const at = now();
      const view = await engine.view(document);
      if (view === null) return await index.updateTitle(document);
      const { parts, links, epoch, offset } = view;
      await index.update([{ document, parts, links, epoch, offset, at }]);
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

const COMMENTS = 'comments:';

function changedComments({ key, events }: CommittedEvents): MessageKey[] {
  if (!key.startsWith(COMMENTS)) return [];
  const document = key.slice(COMMENTS.length);
  const messages = events.flatMap((event) => {
    switch (event.name) {
      case 'comment:started':
        return event.thread.messages.map(({ id }) => id);
      case 'comment:replied':
        return event.message.id;
      case 'comment:edited':
      case 'comment:deleted':
        return event.message;
      default:
        return [];
    }
  });
  return messages.map((message) => ({ document, message }));
}
