/**
 * The port to the history of documents: what a document was at any row, who changed it when. All of it is read and
 * computed in a thread of its own, from what is committed; no call waits for the gateway or the engine.
 */
import type { Anchor } from '@tandem/document/anchors';
import type { HistorySession } from '@tandem/protocol';
import type { Position } from '@tandem/sync';
import { EngineError } from '../engine/port.ts';
import type { PublicPage, PublicPageFacts } from './public-page.ts';

export type PageFormat = 'markdown' | 'blocks';

export interface PageWriting {
  readonly how: 'append' | 'replace';
  readonly markdown: string;
  /** The moment that was read before; null for the present one. What was written since stays (CT4). */
  readonly base: Position | null;
}

export type HistoryRequest =
  /** A page as it is, as Markdown or as the JSON of its blocks (CT1). */
  | { readonly kind: 'page'; readonly document: string; readonly format: PageFormat }
  /** How far a document is. */
  | { readonly kind: 'position'; readonly document: string }
  /** A page on the web, of the newest state (PB5). */
  | { readonly kind: 'public-page'; readonly document: string; readonly facts: PublicPageFacts }
  /** What writes Markdown into a page, as one Yjs update (CT3). */
  | { readonly kind: 'writing'; readonly document: string; readonly writing: PageWriting }
  /** Where the first words are that read like a quote (CT7). */
  | { readonly kind: 'anchor'; readonly document: string; readonly quote: string }
  /** The newest sessions before an offset; of all when null. */
  | { readonly kind: 'sessions'; readonly document: string; readonly before: number | null }
  /** The document after a row, as one Yjs update. */
  | { readonly kind: 'state'; readonly document: string; readonly offset: number }
  /** The rows after `after`, up to `upTo`, or as many as one answer holds. */
  | {
      readonly kind: 'rows';
      readonly document: string;
      readonly after: number;
      readonly upTo: number;
    }
  /** Which of some files the rows after `after` brought into the text; a few megabytes of rows at a time. */
  | {
      readonly kind: 'files';
      readonly document: string;
      readonly after: number;
      readonly files: readonly string[];
    }
  /** Joins changes that ended before a time (HY12), some chunks at a time. */
  | {
      readonly kind: 'thin';
      readonly document: string;
      readonly before: number;
      readonly pinned: readonly number[];
    };

export interface SessionList {
  readonly epoch: string;
  readonly timeline: string;
  readonly head: number;
  /** The newest first. */
  readonly sessions: readonly HistorySession[];
  readonly next: number | null;
}

export interface FoundFiles {
  readonly found: readonly string[];
  /** The offset after which the search goes on; null at the end. */
  readonly next: number | null;
}

export interface HistoryAnswers {
  readonly page: Position & { readonly text: string };
  readonly position: Position;
  /** `tookMs` without the time in which it waited for others. */
  readonly 'public-page': { readonly page: PublicPage; readonly tookMs: number };
  /** Null: the page reads so already. */
  readonly writing: Position & { readonly update: Uint8Array | null };
  /** Null: nothing reads so. */
  readonly anchor: { readonly anchor: Anchor | null };
  readonly sessions: SessionList;
  readonly state: Uint8Array;
  /** In the encoding of `encodeHistoryRows`. */
  readonly rows: Uint8Array;
  readonly files: FoundFiles;
  /** How many chunks were thinned. */
  readonly thin: number;
}

/** The thread has ended at this request, which took too long or too much memory, and would end the next one, too. */
export class HistoryThreadEnded extends EngineError {}

/** Who waits for an answer. A person has a few places in the queue, and gives one back with the request. */
export interface Asker {
  readonly user: string;
  readonly signal: AbortSignal;
}

export interface History extends AsyncDisposable {
  /**
   * @returns null when the document does not exist, or has no such row or moment.
   * @throws EngineError `overloaded`, also as `HistoryThreadEnded`, `storage-failed` or `document-damaged`
   */
  read<R extends HistoryRequest>(
    request: R,
    asker?: Asker,
  ): Promise<HistoryAnswers[R['kind']] | null>;
}
