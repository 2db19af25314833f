/** Reads the history of documents, in the thread of the history. */
import {
  encodeHistoryRows,
  MAX_HISTORY_ROW_BYTES,
  MAX_HISTORY_ROWS,
  type HistoryRow,
  type HistorySession,
} from '@tandem/protocol';
import { DamagedDocument } from '@tandem/sync';
import * as Y from 'yjs';
import { documentBudgetMs } from '../engine/loaded-document.ts';
import { HISTORY } from '../storage/history/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';
import { decompress, rowsOf } from '../storage/history/history-chunk.ts';
import { joinSessions, sessionsOf } from '../storage/history/history-sessions.ts';
import type { HistoryStore, OffsetRange } from '../storage/history/history-store.ts';
import { takeFileIds } from './file-ids.ts';
import { findAnchor, readPageAs, writePageAs } from './page-content.ts';
import { renderPublicPage } from './public-page.ts';
import { thinChunk } from './history-thinning.ts';
import type { FoundFiles, HistoryAnswers, HistoryRequest, SessionList } from './port.ts';

/** Chunks that one query reads, of up to 1 MiB each. */
const CHUNKS_AT_ONCE = 8;
const SUMMARIES_AT_ONCE = 100;
/** Times that a compaction may move rows between two reads. */
const MAX_ATTEMPTS = 5;

type FilesRequest = Extract<HistoryRequest, { readonly kind: 'files' }>;
type ThinRequest = Extract<HistoryRequest, { readonly kind: 'thin' }>;

interface Moment {
  readonly state: Uint8Array;
  readonly reached: number;
}

export class HistoryReader implements AsyncDisposable {
  readonly #store: HistoryStore;
  readonly #progress: WorkerProgress;
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;

  constructor(
    store: HistoryStore,
    {
      progress,
      clock,
    }: {
      readonly progress: WorkerProgress;
      readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
    },
  ) {
    this.#store = store;
    this.#progress = progress;
    this.#clock = clock;
  }

  /** @returns null when the document does not exist, or has no such row. */
  async read(request: HistoryRequest): Promise<HistoryAnswers[HistoryRequest['kind']] | null> {
    const { document } = request;
    const position = await this.#store.position(document);
    if (position === null) return null;
    const { epoch, timeline, head } = position;
    switch (request.kind) {
      case 'page':
        return await this.#withPage(document, head, (state) => ({
          ...{ epoch, timeline, offset: head, text: readPageAs(state, request.format) },
        }));
      case 'position':
        return { epoch, timeline, offset: head };
      case 'public-page': {
        const beganMs = this.#clock.monotonicMs();
        return await this.#withPage(document, head, (state) => {
          const page = renderPublicPage(state, request.facts);
          return { page, tookMs: this.#clock.monotonicMs() - beganMs };
        });
      }
      case 'writing': {
        const { base } = request.writing;
        const isOfPast = base?.epoch === epoch && base.timeline === timeline && base.offset <= head;
        if (base !== null && !isOfPast) return null;
        const offset = base?.offset ?? head;
        return await this.#withPage(document, offset, (state, reached) => {
          // A moment within changes that were joined cannot be named any more (HY12).
          if (base !== null && reached !== base.offset) return null;
          const update = writePageAs(state, request.writing);
          return { epoch, timeline, offset, update };
        });
      }
      case 'anchor':
        return await this.#withPage(document, head, (state) => ({
          anchor: findAnchor(state, request.quote),
        }));
      case 'sessions':
        return { ...position, ...(await this.#sessions(document, request.before)) };
      case 'state':
        return request.offset > position.head
          ? null
          : (await this.#moment(document, request.offset, 'with-deleted')).state;
      case 'rows': {
        const upTo = Math.min(request.upTo, position.head);
        return encodeHistoryRows(await this.#rows(document, { after: request.after, upTo }));
      }
      case 'files':
        return await this.#files(request, position.head);
      case 'thin':
        return await this.#thin(request);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  async #sessions(
    document: string,
    before: number | null,
  ): Promise<Pick<SessionList, 'sessions' | 'next'>> {
    const end = before ?? Number.MAX_SAFE_INTEGER;
    // First, since a compaction meanwhile only moves rows into chunks that are read after it.
    const headers = await this.#store.headers(document);
    const found: HistorySession[][] = [];
    let chunksEnd = 0;
    let listed = 0;
    let place = end;
    let joined: HistorySession[] = [];
    for (;;) {
      const summaries = await this.#store.summaries(document, {
        before: place,
        limit: SUMMARIES_AT_ONCE,
      });
      if (found.length === 0) {
        chunksEnd = summaries[0]?.to ?? 0;
        found.push(sessionsOf(headers.filter(({ offset }) => offset > chunksEnd && offset < end)));
      }
      for (const { sessions } of summaries) found.push(sessions.filter(({ to }) => to < end));
      listed += summaries.length;
      joined = joinSessions(found.toReversed().flat());
      const isComplete = summaries.length < SUMMARIES_AT_ONCE;
      const isEnough = joined.length > HISTORY.sessionsPerPage || listed >= HISTORY.maxListedChunks;
      if (isComplete || isEnough) {
        // The oldest may go on in the chunk before.
        const whole = isComplete || joined.length < 2 ? joined : joined.slice(1);
        const sessions = whole.toReversed().slice(0, HISTORY.sessionsPerPage);
        const last = sessions.at(-1);
        const isAll = last === undefined || (isComplete && last.from === joined[0]?.from);
        return { sessions, next: isAll ? null : last.from };
      }
      place = summaries.at(-1)!.from;
    }
  }

  /** The state after a row and the row itself, which is an earlier one where that was joined to others (HY12). */
  async #moment(
    document: string,
    offset: number,
    content: 'living' | 'with-deleted',
  ): Promise<Moment> {
    const newest = await this.#store.checkpoint(document, offset);
    // The journal's snapshot has just lost what was deleted (HY3).
    const isSnapshot = newest !== null && !newest.isCompressed;
    const start =
      isSnapshot && content === 'with-deleted'
        ? await this.#store.checkpoint(document, newest.offset - 1)
        : newest;
    const after = start?.offset ?? 0;
    const rows = await this.#readAll(document, { after, upTo: offset });
    const reached = rows.at(-1)?.offset ?? after;
    const state = start === null || !start.isCompressed ? start?.state : decompress(start.state);
    const bytes = rows.reduce((sum, row) => sum + row.update.byteLength, state?.byteLength ?? 0);
    const budgetMs = 3 * documentBudgetMs(bytes);
    this.#progress.begin({ phase: 'read', document, subscription: 0, cseq: 0, budgetMs });
    try {
      if (state !== undefined && rows.length === 0) return { state, reached };
      const doc = new Y.Doc({ gc: content === 'living' });
      // One transaction, since each has a cost that grows with the document.
      doc.transact(() => {
        if (state !== undefined) Y.applyUpdate(doc, state);
        for (const { update } of rows) Y.applyUpdate(doc, update);
      });
      const encoded = Y.encodeStateAsUpdate(doc);
      doc.destroy();
      return { state: encoded, reached };
    } finally {
      this.#progress.end();
    }
  }

  async #withPage<T>(
    document: string,
    offset: number,
    use: (state: Uint8Array, reached: number) => T,
  ): Promise<T> {
    const { state, reached } = await this.#moment(document, offset, 'living');
    // The same for every page: a person chooses what is made of it, and others wait for it.
    const budgetMs = HISTORY.pageBudgetMs;
    this.#progress.begin({ phase: 'read', document, subscription: 0, cseq: 0, budgetMs });
    try {
      return use(state, reached);
    } finally {
      this.#progress.end();
    }
  }

  async #thin({ document, before, pinned }: ThinRequest): Promise<number> {
    const limit = HISTORY.chunksPerThinning;
    const chunks = await this.#store.unthinned(document, { before, limit });
    for (const chunk of chunks) {
      const { state } = await this.#moment(document, chunk.from - 1, 'living');
      const budgetMs = 3 * documentBudgetMs(state.byteLength);
      this.#progress.begin({ phase: 'read', document, subscription: 0, cseq: 0, budgetMs });
      try {
        const thinned = thinChunk(chunk, state, pinned);
        this.#progress.end();
        const { from, to } = chunk;
        const at = this.#clock.now();
        await this.#store.thin(document, { from, to, ...thinned, at, pinned });
      } finally {
        this.#progress.end();
      }
    }
    return chunks.length;
  }

  async #files({ document, after, files }: FilesRequest, head: number): Promise<FoundFiles> {
    const sought = new Set(files);
    const found: string[] = [];
    let bytes = 0;
    for await (const rows of this.#read(document, { after, upTo: head }))
      for (const { offset, update } of rows) {
        found.push(...takeFileIds(update, sought));
        if (sought.size === 0) return { found, next: null };
        bytes += update.byteLength;
        if (bytes > HISTORY.searchedBytes && offset < head) return { found, next: offset };
      }
    return { found, next: null };
  }

  async #rows(document: string, range: OffsetRange): Promise<HistoryRow[]> {
    const rows: HistoryRow[] = [];
    let bytes = 0;
    for await (const some of this.#read(document, range))
      for (const row of some) {
        bytes += row.update.byteLength;
        const isFull = rows.length >= MAX_HISTORY_ROWS || bytes > MAX_HISTORY_ROW_BYTES;
        if (isFull && rows.length > 0) return rows;
        rows.push(row);
      }
    return rows;
  }

  async #readAll(document: string, range: OffsetRange): Promise<HistoryRow[]> {
    const rows: HistoryRow[] = [];
    for await (const some of this.#read(document, range)) for (const row of some) rows.push(row);
    return rows;
  }

  /** Chunks, and then rows of the journal, again where a compaction has just moved them. */
  async *#read(
    document: string,
    { after, upTo }: OffsetRange,
  ): AsyncGenerator<readonly HistoryRow[]> {
    let last = after;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && last < upTo; attempt++) {
      for (;;) {
        const range = { after: last, upTo, limit: CHUNKS_AT_ONCE };
        const chunks = await this.#store.chunks(document, range);
        for (const chunk of chunks) {
          const rows = rowsOf(chunk).filter(({ offset }) => offset > last && offset <= upTo);
          yield rows;
          last = Math.min(chunk.to, upTo);
        }
        if (chunks.length < CHUNKS_AT_ONCE || last >= upTo) break;
      }
      if (last >= upTo) return;
      const rows = await this.#store.rows(document, { after: last, upTo });
      if (rows[0]?.offset !== last + 1) continue;
      yield rows;
      last = rows.at(-1)!.offset;
    }
    if (last < upTo) throw new DamagedDocument(document, 'rows of its history are missing');
  }
}
