/**
 * Groups the rows of a document into sessions: what the same people wrote without a long pause (HY2). Sessions
 * of neighbouring chunks are joined by the same rule, so that chunks never show.
 */
import type { HistoryRow, HistorySession } from '@tandem/protocol';
import { HISTORY } from './limits.ts';

export type RowHeader = Omit<HistoryRow, 'update'>;

export function sessionsOf(rows: readonly RowHeader[]): HistorySession[] {
  const sessions: OpenSession[] = [];
  for (const { offset, at, user } of rows) {
    const last = sessions.at(-1);
    const row = { from: offset, to: offset, startedAt: at, endedAt: at, changes: 1, user };
    if (last !== undefined && last.continuesWith(row, [user])) last.add(row, [[user, 1]]);
    else sessions.push(new OpenSession(row, [[user, 1]]));
  }
  return sessions.map((session) => session.close());
}

/** @param sessions in the order of their offsets. */
export function joinSessions(sessions: readonly HistorySession[]): HistorySession[] {
  const joined: OpenSession[] = [];
  for (const session of sessions) {
    const counts = session.authors.map(({ user, changes }) => [user, changes] as const);
    const last = joined.at(-1);
    const users = counts.map(([user]) => user);
    if (last !== undefined && last.continuesWith(session, users)) last.add(session, counts);
    else joined.push(new OpenSession(session, counts));
  }
  return joined.map((session) => session.close());
}

type Extent = Omit<HistorySession, 'authors'>;
type Counts = readonly (readonly [user: string, changes: number])[];

class OpenSession {
  readonly #authors = new Map<string, number>();
  #extent: Extent;

  constructor(extent: Extent, counts: Counts) {
    this.#extent = extent;
    this.#count(counts);
  }

  continuesWith({ startedAt, endedAt }: Extent, users: readonly string[]): boolean {
    const { startedAt: from, endedAt: last } = this.#extent;
    const pause = startedAt - last;
    if (pause > HISTORY.sessionPauseMs || endedAt - from > HISTORY.maxSessionMs) return false;
    return pause <= HISTORY.handoverMs || users.every((user) => this.#authors.has(user));
  }

  add({ to, endedAt }: Extent, counts: Counts): void {
    this.#extent = { ...this.#extent, to, endedAt: Math.max(this.#extent.endedAt, endedAt) };
    this.#count(counts);
  }

  close(): HistorySession {
    const { from, to, startedAt, endedAt } = this.#extent;
    const authors = Array.from(this.#authors, ([user, changes]) => ({ user, changes }))
      .toSorted((a, b) => b.changes - a.changes)
      .slice(0, HISTORY.maxSessionAuthors);
    return { from, to, startedAt, endedAt, authors };
  }

  #count(counts: Counts): void {
    for (const [user, changes] of counts)
      if (user !== '') this.#authors.set(user, (this.#authors.get(user) ?? 0) + changes);
  }
}
