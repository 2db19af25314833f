/**
 * Loads older pages of channels that hold only the newest entries, over HTTP, into the channel's
 * state.
 */
import {
  appendLibrary,
  chatPage,
  documentPath,
  isBefore,
  libraryPage,
  listedDocument,
  MAX_CHAT_HISTORY_PAGE,
  MAX_CHAT_PAGE,
  mergeDocuments,
  prependChat,
  treePage,
  readChannelName,
  trimChat,
  toPlaceText,
  toTreePlaceText,
  type ChatPage,
  type LibraryPage,
  type LibraryPlace,
  type LibraryState,
  type TreePage,
  type TreePlace,
} from '@tandem/protocol';
import { fetchJson, type JsonRequestOptions } from '../json-requests.ts';
import type { ChannelSession } from './channel-session.ts';

/** A longer chat is trimmed to `MAX_CHAT_HISTORY_PAGE` while the person reads its end. */
const MAX_MESSAGES_AT_END = 2 * MAX_CHAT_HISTORY_PAGE;

type ChatSession = ChannelSession<`chat:${string}`>;
type LibrarySession = ChannelSession<'library'>;
type ActivitySession = ChannelSession<'activity'>;

export class ChannelPages {
  readonly #options: JsonRequestOptions;
  readonly #loading = new WeakMap<ChannelSession, Promise<void>>();

  constructor(options: JsonRequestOptions) {
    this.#options = options;
  }

  hasOlder(session: ChatSession): boolean {
    return oldestOf(session) > 1;
  }

  async loadOlder(session: ChatSession, limit: number = MAX_CHAT_PAGE): Promise<void> {
    await this.#once(session, () => this.#loadOlder(session, limit));
  }

  /**
   * Prepends all messages back to an earlier one. Rejects when they cannot be loaded.
   *
   * @returns false if no message has this id
   */
  async loadThrough(session: ChatSession, message: string): Promise<boolean> {
    const isHere = () => session.state?.messages.some(({ id }) => id === message) === true;
    for (;;) {
      if (isHere()) return true;
      const before = oldestOf(session);
      if (before <= 1) return false;
      await this.loadOlder(session, MAX_CHAT_HISTORY_PAGE);
      // A page that does not join up with the loaded messages adds nothing.
      if (oldestOf(session) >= before) return isHere();
    }
  }

  trim(session: ChatSession): void {
    if ((session.state?.messages.length ?? 0) > MAX_MESSAGES_AT_END)
      session.amend((state) =>
        state.type === 'chat' ? trimChat(state, MAX_CHAT_HISTORY_PAGE) : state,
      );
  }

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
   * Searches the library by words of titles and first words, and adds the results to the state.
   * Rejects when they cannot be loaded.
   *
   * @param after where the previous page of results ended
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

  async loadListed(session: LibrarySession, document: string): Promise<void> {
    const path = `/api/documents/${encodeURIComponent(document)}/visit`;
    await session.amendWith(
      async () => await fetchJson(this.#options, path, listedDocument),
      (state, listed) => (state.type === 'library' ? mergeDocuments(state, [listed]) : state),
    );
  }

  /**
   * Loads what is in a document, or at the top of the tree, into the state. Rejects when it cannot be loaded.
   *
   * @param after where the previous page ended
   */
  async loadTree(
    session: LibrarySession,
    { parent, after = null }: { readonly parent: string | null; readonly after?: TreePlace | null },
  ): Promise<TreePage> {
    const query = new URLSearchParams();
    if (parent !== null) query.set('in', parent);
    if (after !== null) query.set('after', toTreePlaceText(after));
    return await session.amendWith(
      async (): Promise<TreePage> =>
        await fetchJson(this.#options, `/api/documents/tree?${query.toString()}`, treePage),
      (state, { documents }) =>
        state.type === 'library' ? mergeDocuments(state, documents) : state,
    );
  }

  /** Loads the documents around a document into the state. Rejects when they cannot be loaded. */
  async loadPath(session: LibrarySession, document: string): Promise<void> {
    const path = `/api/documents/${encodeURIComponent(document)}/path`;
    await session.amendWith(
      async () => await fetchJson(this.#options, path, documentPath),
      (state, { documents }) =>
        state.type === 'library' ? mergeDocuments(state, documents) : state,
    );
  }

  /**
   * Keeps the beginning of a list complete: a document that moves up from a part that is not loaded
   * is only named by `activity`. Returns a function that stops this.
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
      // More has changed than a page holds, so the list is loaded from its end again.
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
        await fetchJson(this.#options, `/api/documents?${query.toString()}`, libraryPage),
      (state, page) => (state.type === 'library' ? add(state, page) : state),
    );
  }

  /** Serializes loads that move the end of the loaded part. */
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
      async (): Promise<ChatPage> => await fetchJson(this.#options, path, chatPage),
      (state, page) => (state.type === 'chat' ? prependChat(state, page) : state),
    );
  }
}

function oldestOf(session: ChatSession): number {
  return session.state?.messages.find(({ number }) => number !== null)?.number ?? 0;
}

function isMissing({ state }: LibrarySession, activity: ActivitySession): boolean {
  const next = state?.next;
  if (state == null || next == null) return false;
  const known = new Set(state.documents.map(({ id }) => id));
  return Object.entries(activity.state?.documents ?? {}).some(
    ([id, { updatedAt }]) => !known.has(id) && isBefore({ id, updatedAt }, next),
  );
}
