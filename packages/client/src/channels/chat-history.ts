/** Older messages of a chat, by pages over HTTP. */
import { chatPage, type ChatPage } from '@tandem/protocol';

const HISTORY_TIMEOUT_MS = 10_000;

export interface ChatHistoryOptions {
  /** Where the server is, without a slash at the end. */
  readonly base: string;
  readonly fetch: typeof fetch;
}

/** Rejects when the server cannot be reached, or says no. */
export function chatHistory({ base, fetch }: ChatHistoryOptions) {
  return async (document: string, before: number): Promise<ChatPage> => {
    const path = `/api/documents/${encodeURIComponent(document)}/chat?before=${before}`;
    const response = await fetch(`${base}${path}`, {
      signal: AbortSignal.timeout(HISTORY_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`no history of ${document}: ${response.status}`);
    return chatPage.parse(await response.json());
  };
}
