/** The list of a document's sessions, page by page, and the moments of the one that is shown. */
import type { HistorySession, NamedVersion } from '@tandem/protocol';
import { Observable } from '../runtime/observable.ts';
import { HistoryPeople } from './history-people.ts';
import type { HistoryRequests } from './history-requests.ts';
import { Moments } from './moments.ts';

/** A session, or what led to a named version from the one before it. */
export type Selected = HistorySession & { readonly version?: NamedVersion };

export interface HistoryState {
  readonly list: 'loading' | 'ready' | 'failed';
  readonly sessions: readonly HistorySession[];
  /** Where the list goes on. */
  readonly next: number | null;
  readonly selected: Selected | null;
  /** Of the selected session. */
  readonly moments: Moments | 'loading' | 'failed';
}

const EMPTY: HistoryState = {
  list: 'loading',
  sessions: [],
  next: null,
  selected: null,
  moments: 'loading',
};

export class HistoryList {
  readonly state = new Observable<HistoryState>(EMPTY);
  readonly people = new HistoryPeople();
  readonly #requests: HistoryRequests;

  constructor(requests: HistoryRequests) {
    this.#requests = requests;
  }

  async load(): Promise<void> {
    this.#set({ ...EMPTY });
    try {
      const [page, authors] = await Promise.all([
        this.#requests.page(null),
        this.#requests.authors(),
      ]);
      this.people.addAuthors(authors);
      this.people.add(page.people);
      this.#set({ list: 'ready', sessions: page.sessions, next: page.next });
      const [newest] = page.sessions;
      if (newest !== undefined) await this.select(newest);
    } catch {
      this.#set({ list: 'failed' });
    }
  }

  async loadMore(): Promise<void> {
    const { next, list } = this.state.get();
    if (next === null || list === 'loading') return;
    this.#set({ list: 'loading' });
    try {
      const page = await this.#requests.page(next);
      this.people.add(page.people);
      const sessions = [...this.state.get().sessions, ...page.sessions];
      this.#set({ list: 'ready', sessions, next: page.next });
    } catch {
      this.#set({ list: 'failed' });
    }
  }

  /** @param before the named version before it */
  async selectVersion(version: NamedVersion, before: NamedVersion | undefined): Promise<void> {
    const from = Math.min(before?.offset ?? 0, version.offset - 1) + 1;
    const times = { startedAt: version.at, endedAt: version.at };
    await this.select({ from, to: version.offset, ...times, authors: [], version });
  }

  async select(session: Selected): Promise<void> {
    this.#set({ selected: session, moments: 'loading' });
    let moments: HistoryState['moments'];
    try {
      moments = await this.#read(session);
    } catch {
      moments = 'failed';
    }
    if (this.state.get().selected === session) this.#set({ moments });
  }

  /** The page after a row. Rejects when the server does not answer. */
  stateAt(offset: number): Promise<Uint8Array> {
    return this.#requests.state(offset);
  }

  async #read({ from, to }: Selected): Promise<Moments> {
    const [before, rows] = await Promise.all([
      this.#requests.state(from - 1),
      this.#requests.rows(from - 1, to),
    ]);
    const isWhole = rows?.at(-1)?.offset === to;
    return new Moments({
      from,
      to,
      before,
      rows: isWhole ? rows : [],
      after: isWhole ? null : await this.#requests.state(to),
    });
  }

  #set(change: Partial<HistoryState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
