/**
 * Pages on the web, as bytes that a thread of their own makes: PB5 of PROTOCOL.md. How far a document is comes from another
 * thread, so that no page waits for one that is made meanwhile while its document stays as it is. Whether a document is
 * published is looked up for each request, and not here.
 */
import { LRUCache } from 'lru-cache';
import { errorOf } from '@tandem/protocol';
import type { Position } from '@tandem/sync';
import { EngineError } from '../engine/port.ts';
import { HistoryThreadEnded, type History, type HistoryAnswers } from '../history/port.ts';
import type { PublicPage, PublicPageFacts } from '../history/public-page.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { SharedAnswers } from '../runtime/shared-answers.ts';
import type { PublishedDocument } from '../storage/publications.ts';

export interface PublicPagesOptions {
  /** Makes pages, one after the other. */
  readonly renderer: Pick<History, 'read'>;
  /** Says at once how far a document is. */
  readonly positions: Pick<History, 'read'>;
  readonly origin: string | null;
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimeout'>;
}

/** What a page is made of: its facts, and how far its document was. */
type Version = string;

interface CachedPage {
  readonly page: PublicPage;
  readonly version: Version;
  readonly publishedBy: string;
}

/** The last one to make a page of a document. */
interface Attempt {
  readonly version: Version;
  /** Null once it was made: the bytes are kept within the limit of pages alone. */
  making: Promise<HistoryAnswers['public-page'] | null> | null;
  isRunning: boolean;
  /** Before then, no other page of the document is made. */
  restsUntilMs: number;
  /** Before then, this one is not tried again. */
  failedUntilMs: number;
}

/** An estimate of what is kept beside the bytes. */
const ENTRY_BYTES = 1_024;

export class PublicPages {
  readonly #options: PublicPagesOptions;
  readonly #positions: SharedAnswers<Position | null>;
  /** Keyed by publication: what is published again has other addresses in its page. */
  readonly #pages = new LRUCache<string, CachedPage>({
    maxSize: PUBLIC_PAGES.cachedBytes,
    sizeCalculation: sizeOf,
    dispose: (page) => this.#count(page, -1),
  });
  /** By the person who has published them. */
  readonly #cachedBytes = new Map<string, number>();
  /** Keyed by document: publishing it again does not make it cheaper. */
  readonly #attempts = new LRUCache<string, Attempt>({ max: PUBLIC_PAGES.maxAttempts });

  constructor(options: PublicPagesOptions) {
    this.#options = options;
    this.#positions = new SharedAnswers({
      sharedMs: PUBLIC_PAGES.freshMs,
      maxEntries: PUBLIC_PAGES.maxAttempts,
      clock: options.clock,
    });
  }

  /**
   * A page of the document as it was at most `freshMs` ago, or an earlier one while that is made, or rests.
   *
   * @returns null for a document without a text. @throws EngineError
   */
  async read(published: PublishedDocument): Promise<PublicPage | null> {
    return await this.#read(published, { mayWait: true });
  }

  async #read(
    published: PublishedDocument,
    { mayWait }: { readonly mayWait: boolean },
  ): Promise<PublicPage | null> {
    const { positions, clock } = this.#options;
    const { document, id } = published;
    const position = await this.#positions.ask(document, () =>
      positions.read({ kind: 'position', document }),
    );
    if (position === null) return null;
    const version = JSON.stringify([this.#factsOf(published), position]);
    const cached = this.#pages.get(id);
    if (cached?.version === version) return cached.page;
    const attempt = this.#attempts.get(document);
    const nowMs = clock.monotonicMs();
    if (attempt?.isRunning === true && cached !== undefined) return cached.page;
    if (attempt?.version === version && (attempt.isRunning || nowMs < attempt.failedUntilMs))
      return (await attempt.making)?.page ?? null;
    // It was made of this version, and had to give its place to others.
    const isEvicted = attempt?.version === version && attempt.making === null;
    if (
      attempt === undefined ||
      (!attempt.isRunning && (isEvicted || nowMs >= attempt.restsUntilMs))
    )
      return await this.#make(published, { version, before: cached?.page ?? null });
    if (cached !== undefined) return cached.page;
    // Nothing is kept of this publication: what is made now may be of it.
    await attempt.making?.catch(() => null);
    const made = this.#pages.get(id);
    if (made !== undefined) return made.page;
    const restMs = attempt.restsUntilMs - clock.monotonicMs();
    if (!mayWait || restMs > PUBLIC_PAGES.maxRestWaitMs)
      throw new EngineError(errorOf('overloaded'));
    // As after it was published again.
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, Math.max(0, restMs)));
    return await this.#read(published, { mayWait: false });
  }

  /** @param before what is shown where others keep the thread or the database busy. */
  async #make(
    published: PublishedDocument,
    { version, before }: { readonly version: Version; readonly before: PublicPage | null },
  ): Promise<PublicPage | null> {
    const { renderer, clock } = this.#options;
    const { document, publishedBy } = published;
    const beganMs = clock.monotonicMs();
    const request = { kind: 'public-page', document, facts: this.#factsOf(published) } as const;
    // Each person waits for one page of each other one (CT5).
    const signal = AbortSignal.timeout(PUBLIC_PAGES.maxWaitMs);
    const making = renderer.read(request, { user: publishedBy, signal });
    const attempt: Attempt = {
      ...{ version, making, isRunning: true, restsUntilMs: 0, failedUntilMs: 0 },
    };
    this.#attempts.set(document, attempt);
    try {
      const made = await making;
      attempt.making = null;
      const tookMs = made?.tookMs ?? 0;
      attempt.restsUntilMs = clock.monotonicMs() + PUBLIC_PAGES.restFactor * tookMs;
      if (made === null) return null;
      this.#keep(published.id, { page: made.page, version, publishedBy });
      return made.page;
    } catch (error) {
      const nowMs = clock.monotonicMs();
      const isItsFault = isOfDocument(error);
      const restMs = isItsFault ? PUBLIC_PAGES.restFactor * (nowMs - beganMs) : 0;
      attempt.restsUntilMs = nowMs + Math.max(restMs, PUBLIC_PAGES.failureRestMs);
      if (isItsFault) attempt.failedUntilMs = nowMs + PUBLIC_PAGES.failedMs;
      else if (before !== null) return before;
      throw error;
    } finally {
      attempt.isRunning = false;
    }
  }

  /** Whose pages are more than their share give their own places. */
  #keep(id: string, kept: CachedPage): void {
    const { publishedBy } = kept;
    this.#pages.set(id, kept);
    this.#count(kept, 1);
    for (const oldest of [...this.#pages.rkeys()]) {
      if ((this.#cachedBytes.get(publishedBy) ?? 0) <= PUBLIC_PAGES.cachedBytesOfPerson) break;
      if (this.#pages.peek(oldest)?.publishedBy === publishedBy) this.#pages.delete(oldest);
    }
  }

  #count(page: CachedPage, times: 1 | -1): void {
    const { publishedBy } = page;
    const bytes = (this.#cachedBytes.get(publishedBy) ?? 0) + times * sizeOf(page);
    if (bytes === 0) this.#cachedBytes.delete(publishedBy);
    else this.#cachedBytes.set(publishedBy, bytes);
  }

  #factsOf({ id, title, isIndexed, updatedAt }: PublishedDocument): PublicPageFacts {
    const changedOn = new Date(updatedAt).toISOString().slice(0, 'yyyy-mm-dd'.length);
    return { id, title, isIndexed, changedOn, origin: this.#options.origin };
  }
}

function sizeOf({ page: { html, gzip } }: CachedPage): number {
  return ENTRY_BYTES + html.length + gzip.length;
}

/** Whether the same document fails again. Otherwise the database, or the queue, is at fault. */
function isOfDocument(error: unknown): boolean {
  if (error instanceof HistoryThreadEnded) return true;
  return error instanceof EngineError && error.body.code === 'document-damaged';
}
