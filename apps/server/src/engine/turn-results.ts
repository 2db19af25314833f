/** What one turn of a shard reports, collected until it is posted in one message. */
import { errorOf } from '@tandem/protocol';
import type { LoadedDocument } from './loaded-document.ts';
import type { EngineNotice } from './port.ts';
import type { LoadingRequest, ShardReply, ShardTurn } from './shard-message.ts';

type Results = Pick<ShardTurn, 'notices' | 'replies' | 'compactions' | 'takenBytes'>;

export class TurnResults {
  readonly #touched = new Set<LoadedDocument>();
  #notices: EngineNotice[] = [];
  #replies: ShardReply[] = [];
  #compactions: string[] = [];
  #takenBytes = 0;

  /** The document may have events. */
  touch(loaded: LoadedDocument): void {
    this.#touched.add(loaded);
  }

  notify(...notices: readonly EngineNotice[]): void {
    this.#notices.push(...notices);
  }

  reportError(what: string, error: unknown, document?: string): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.#notices.push({ kind: 'error', what, document, detail });
  }

  reply(reply: ShardReply): void {
    this.#replies.push(reply);
  }

  /** Answers a request about a document that cannot be loaded. */
  refuse(request: LoadingRequest, code: 'not-found' | 'storage-failed' | 'document-damaged'): void {
    const error = errorOf(code);
    if (request.kind === 'open') {
      const { document, subscription } = request;
      const answer = { kind: 'refused', error } as const;
      this.#notices.push({ kind: 'answered', document, subscription, answer });
    } else if (error.temporary) {
      this.#replies.push({ id: request.id, kind: 'failed', error });
    } else {
      this.#replies.push({ id: request.id, kind: 'viewed', view: null });
    }
  }

  requestCompaction(document: string): void {
    this.#compactions.push(document);
  }

  countBytes(bytes: number): void {
    this.#takenBytes += bytes;
  }

  replyToViewers(loaded: LoadedDocument): void {
    if (!loaded.authority.clean || loaded.viewers.length === 0) return;
    const view = loaded.view();
    for (const id of loaded.viewers) this.#replies.push({ id, kind: 'viewed', view });
    loaded.viewers = [];
  }

  /** The last events of a document that is dropped, and the reason. */
  end(loaded: LoadedDocument, error: unknown): void {
    const { document } = loaded;
    this.#touched.delete(loaded);
    this.#collectEvents(loaded);
    for (const id of loaded.viewers)
      this.#replies.push({ id, kind: 'failed', error: errorOf('overloaded') });
    this.#notices.push({ kind: 'lost', document });
    this.reportError('document lost', error, document);
  }

  /** Null when there is nothing to post. */
  take(): Results | null {
    for (const loaded of this.#touched) this.#collectEvents(loaded);
    this.#touched.clear();
    const results = {
      notices: this.#notices,
      replies: this.#replies,
      compactions: this.#compactions,
      takenBytes: this.#takenBytes,
    };
    const { notices, replies, compactions, takenBytes } = results;
    if (notices.length + replies.length + compactions.length + takenBytes === 0) return null;
    this.#notices = [];
    this.#replies = [];
    this.#compactions = [];
    this.#takenBytes = 0;
    return results;
  }

  #collectEvents({ authority }: LoadedDocument): void {
    for (const event of authority.takeEvents()) this.#notices.push(event);
  }
}
