/** Pages of what channels hold only the newest of: they come over HTTP, and go into the state of the channel. */
import {
  chatPage,
  MAX_CHAT_HISTORY_PAGE,
  MAX_CHAT_PAGE,
  prependChat,
  readChannelName,
  trimChat,
  type ChatPage,
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
    const loading = this.#loading.get(session) ?? this.#loadOlder(session, limit);
    this.#loading.set(session, loading);
    try {
      await loading;
    } finally {
      this.#loading.delete(session);
    }
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
