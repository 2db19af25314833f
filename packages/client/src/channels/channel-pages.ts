/** Pages of what channels hold only the newest of: they come over HTTP, and go into the state of the channel. */
import {
  appendLibrary,
  chatPage,
  isBefore,
  libraryPage,
  listedDocument,
  MAX_CHAT_HISTORY_PAGE,
  MAX_CHAT_PAGE,
  mergeDocuments,
  prependChat,
  readChannelName,
  trimChat,
  toPlaceText,
  type ChatPage,
  type LibraryPage,
  type LibraryPlace,
  type LibraryState,
} from '@tandem/protocol';
import type { ChannelSession } from './channel-session.ts';

const PAGE_TIMEOUT_MS = 10_000;
/** With more messages than this, a chat that is read at its end is cut back to the newest `MAX_CHAT_HISTORY_PAGE`. */
const MAX_MESSAGES_AT_END = 2 * MAX_CHAT_HISTORY_PAGE;

export interface ChannelPagesOptions {
  /** Where the server is, without a slash at the end. */
  readonly base: string;
  readonly fetch: typeof fetch;
}

type ChatSession = ChannelSession<`chat:${string}`>;
type LibrarySession = ChannelSession<'library'>;
type ActivitySession = ChannelSession<'activity'>;

export class ChannelPages {
  readonly #options: ChannelPagesOptions;
  /** One page of a channel at a time. */
  readonly #loading = new WeakMap<ChannelSession, Promise<void>>();

  constructor(options: ChannelPagesOptions) {
    this.#options = options;
  }

  /** Whether there are messages before the oldest here. */
  hasOlder(session: ChatSession): boolean {
    return oldestOf(session) > 1;
  }

  /** Adds the page before the oldest message here. Rejects when it cannot be had now. */
  async loadOlder(session: ChatSession, limit: number = MAX_CHAT_PAGE): Promise<void> {
    await this.#once(session, () => this.#loadOlder(session, limit));
  }

  /**
   * Adds all that is between the oldest message here and an earlier one. Rejects when it cannot be had now.
   *
   * @returns whether the message is here; it is not where there is none with this id
   */
  async loadThrough(session: ChatSession, message: string): Promise<boolean> {
    const isHere = () => session.state?.messages.some(({ id }) => id === message) === true;
    for (;;) {
      if (isHere()) return true;
      const before = oldestOf(session);
      if (before <= 1) return false;
      await this.loadOlder(session, MAX_CHAT_HISTORY_PAGE);
      // What does not join up with what is here adds nothing.
      if (oldestOf(session) >= before) return isHere();
    }
  }

  /** Forgets old messages, for a person who reads the newest. They can be loaded again. */
  trim(session: ChatSession): void {
    if ((session.state?.messages.length ?? 0) > MAX_MESSAGES_AT_END)
      session.amend((state) =>
        state.type === 'chat' ? trimChat(state, MAX_CHAT_HISTORY_PAGE) : state,
      );
  }

  /** Adds the page of the list that follows what is here. Rejects when it cannot be had now. */
  async loadMore(session: LibrarySession): Promise<void> {
    await this.#once(session, async () => {
      const after = session.state?.next;
      if (after != null)
        await this.#amendLibrary(session, { after }, (state, page) =>
          appendLibrary(state, after, page),
        );
    });
  }

  /**
   * Finds documents on the list by words of their titles and first words, and adds them to the state. Rejects when
   * they cannot be had now.
   *
   * @param after what is found after this place, where a page before has ended
   */
  async searchLibrary(
    session: LibrarySession,
    search: string,
    after: LibraryPlace | null = null,
  ): Promise<LibraryPage> {
    return await this.#amendLibrary(session, { search, after }, (state, { documents }) =>
      mergeDocuments(state, documents),
    );
  }

  /** Adds one document of the list, if it is on it, wherever it stands. Rejects when it cannot be had now. */
  async loadListed(session: LibrarySession, document: string): Promise<void> {
    const path = `/api/documents/${encodeURIComponent(document)}/visit`;
    await session.amendWith(
      async () => listedDocument.parse(await this.#get(path)),
      (state, listed) => (state.type === 'library' ? mergeDocuments(state, [listed]) : state),
    );
  }

  /**
   * Keeps the beginning of a list whole: a document that comes up from a part of the list that is not here is only
   * named by `activity`. Returns the way to stop.
   */
  completeLibrary(library: LibrarySession, activity: ActivitySession): () => void {
    const complete = () => {
      if (isMissing(library, activity)) this.#loadFirst(library, activity).catch(() => undefined);
    };
    return activity.onChange(complete);
  }

  async #loadFirst(library: LibrarySession, activity: ActivitySession): Promise<void> {
    await this.#once(library, async () => {
      await this.#amendLibrary(library, {}, (state, page) => mergeDocuments(state, page.documents));
      // More has changed than a page holds: from its end, the list is to be had again.
      if (isMissing(library, activity))
        await this.#amendLibrary(library, {}, (state, page) => ({
          ...mergeDocuments(state, page.documents),
          next: page.next,
        }));
    });
  }

  async #amendLibrary(
    session: LibrarySession,
    { search, after }: { readonly search?: string; readonly after?: LibraryPlace | null },
    add: (state: LibraryState, page: LibraryPage) => LibraryState,
  ): Promise<LibraryPage> {
    const query = new URLSearchParams();
    if (after != null) query.set('after', toPlaceText(after));
    if (search !== undefined) query.set('search', search);
    return await session.amendWith(
      async (): Promise<LibraryPage> =>
        libraryPage.parse(await this.#get(`/api/documents?${query.toString()}`)),
      (state, page) => (state.type === 'library' ? add(state, page) : state),
    );
  }

  /** One at a time of those that move the end of what is here. */
  async #once(session: ChannelSession, load: () => Promise<void>): Promise<void> {
    const loading = this.#loading.get(session) ?? load();
    this.#loading.set(session, loading);
    try {
      await loading;
    } finally {
      this.#loading.delete(session);
    }
  }

  async #loadOlder(session: ChatSession, limit: number): Promise<void> {
    const before = oldestOf(session);
    const { document } = readChannelName(session.name);
    if (document === null || before <= 1) return;
    const path = `/api/documents/${encodeURIComponent(document)}/chat?before=${before}&limit=${limit}`;
    await session.amendWith(
      async (): Promise<ChatPage> => chatPage.parse(await this.#get(path)),
      (state, page) => (state.type === 'chat' ? prependChat(state, page) : state),
    );
  }

  async #get(path: string): Promise<unknown> {
    const { base, fetch } = this.#options;
    const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS);
    const response = await fetch(`${base}${path}`, { signal });
    if (!response.ok) throw new Error(`no page at ${path}: ${response.status}`);
    return await response.json();
  }
}

/** The number of the oldest message here; 0 where nothing is known. */
function oldestOf(session: ChatSession): number {
  return session.state?.messages.find(({ number }) => number !== null)?.number ?? 0;
}

/** Whether a document is known to stand in the part of the list that is here, and is not here. */
function isMissing({ state }: LibrarySession, activity: ActivitySession): boolean {
  const next = state?.next;
  if (state == null || next == null) return false;
  const known = new Set(state.documents.map(({ id }) => id));
  return Object.entries(activity.state?.documents ?? {}).some(
    ([id, { updatedAt }]) => !known.has(id) && isBefore({ id, updatedAt }, next),
  );
}
