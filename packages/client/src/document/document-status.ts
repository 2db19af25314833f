/**
 * What a session knows of its document: kind, title and access, the state of its channel, and what
 * became of its work. The save state is derived from it.
 */
import { errorOf, type Access, type ErrorBody, type MessageOf } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import type { DocumentFacts } from '../store/store.ts';
import { saveState, type ChannelState, type SaveFacts, type SaveState } from './save-state.ts';

export interface DocumentState extends DocumentFacts {
  readonly id: string;
  readonly access: Access;
  /** When the document was moved to the trash; null for one that is not there. */
  readonly trashedAt: number | null;
}

const IN_TRASH = errorOf('read-only', {
  detail: 'This document is in the trash. You can read it. Restore it to write in it.',
});

type Opened = Pick<MessageOf<'opened'>, 'title' | 'access' | 'trashedAt'> & Partial<DocumentFacts>;

const NO_ANSWER = errorOf('overloaded', {
  detail:
    'The server does not answer for this document. Your text is kept on this device. This page asks again automatically.',
});

export class DocumentStatus {
  hasContent = false;
  readonly #id: string;
  readonly #clock: Clock;
  #document: DocumentState | null = null;
  #channel: ChannelState = { kind: 'opening' };
  #savedAt: number | null = null;
  #rejectedUpdates: SaveFacts['rejectedUpdates'] = null;
  #storageError: ErrorBody | null = null;
  #notice: ErrorBody | null = null;

  constructor(id: string, clock: Clock) {
    this.#id = id;
    this.#clock = clock;
  }

  get document(): DocumentState | null {
    return this.#document;
  }

  get storageError(): ErrorBody | null {
    return this.#storageError;
  }

  get isOpening(): boolean {
    return this.#channel.kind === 'opening';
  }

  get isOpen(): boolean {
    return this.#channel.kind === 'open';
  }

  loaded(facts: DocumentFacts | null): void {
    if (facts !== null)
      this.#document = { ...facts, id: this.#id, access: 'edit', trashedAt: null };
  }

  /** @param againMs the time to the next request, after the last ones were not answered */
  opening(againMs: number | null): void {
    if (againMs === null) this.#channel = { kind: 'opening' };
    else this.waiting(NO_ANSWER, againMs);
    this.#forgetStatements();
  }

  opened({ kind, title, access, trashedAt }: Opened): DocumentFacts {
    this.#channel = { kind: 'open', access };
    const facts: DocumentFacts = { kind: kind ?? this.#document?.kind ?? 'page', title };
    this.#document = { ...facts, id: this.#id, access, trashedAt: trashedAt ?? null };
    return facts;
  }

  waiting(error: ErrorBody, delayMs: number): void {
    this.#channel = { kind: 'waiting', error, retryAt: this.#clock.now() + delayMs };
  }

  closed(error: ErrorBody): void {
    this.#channel = { kind: 'closed', error };
  }

  disconnected(): void {
    this.#forgetStatements();
    if (this.#channel.kind !== 'closed') this.#channel = { kind: 'opening' };
  }

  /** Nothing of the old replica may be reported as saved any more. */
  reset(): void {
    this.#channel = { kind: 'opening' };
  }

  saved(): void {
    this.#savedAt = this.#clock.now();
  }

  rejected(error: ErrorBody): void {
    this.#rejectedUpdates = { error, at: this.#clock.now() };
  }

  acknowledgeRejected(): void {
    this.#rejectedUpdates = null;
  }

  storageChanged(error: ErrorBody | null): void {
    this.#storageError = error;
  }

  noticed(error: ErrorBody): void {
    this.#notice = error;
  }

  /**
   * @param isCatchingUp content is incomplete, and not the document yet
   * @param withRejected whether work that was rejected before hides the state of the rest
   */
  saveState({
    isCatchingUp,
    withRejected,
    ...facts
  }: Pick<SaveFacts, 'connection' | 'pending' | 'kept'> & {
    readonly isCatchingUp: boolean;
    readonly withRejected: boolean;
  }): SaveState {
    return saveState({
      ...facts,
      channel: isCatchingUp ? { kind: 'opening' } : this.#channel,
      loaded: this.hasContent,
      savedAt: this.#savedAt,
      rejectedUpdates: withRejected ? this.#rejectedUpdates : null,
      storageError: this.#storageError,
      notice: this.#notice ?? (this.#document?.trashedAt == null ? null : IN_TRASH),
    });
  }

  /** The server states them again after each opening. */
  #forgetStatements(): void {
    this.#storageError = null;
    this.#notice = null;
  }
}
