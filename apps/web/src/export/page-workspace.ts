/** The documents of this page's person, as an export reads them: through the connection that shows them, one at a time. */
import type { ChannelSession, Client, DocumentSession } from '@tandem/client';
import {
  childrenOf,
  type CommentThread,
  type ListedDocument,
  MAX_CHAT_HISTORY_PAGE,
  type TreePlace,
} from '@tandem/protocol';
import type * as Y from 'yjs';
import type { Services } from '../session/services.ts';
import { openDocumentWhenCreated } from '../session/open-document.ts';
import { documentFileReader } from './document-file.ts';
import { MAX_EXPORTED_MESSAGES } from './exported-messages.ts';
import type { LoadedChat } from './page-messages.ts';
import type { WorkspaceSource } from './workspace-export.ts';
import { MAX_WORKSPACE_DOCUMENTS } from './workspace-manifest.ts';

/** For a document that does not open. */
const OPEN_TIMEOUT_MS = 30_000;

interface Listing extends Pick<WorkspaceSource, 'documents'> {
  /** The list is longer than that of a zip file. */
  readonly hasMore: boolean;
}

export async function pageWorkspace(
  { client, library }: Pick<Services, 'client' | 'library'>,
  { untitled, signal }: { readonly untitled: string; readonly signal: AbortSignal },
): Promise<WorkspaceSource & Listing> {
  const closings = new Map<string, () => void>();
  return {
    ...(await loadTree({ client, library }, signal)),
    open(document, stopped) {
      const { doc, close } = openWhole(client, document, stopped);
      closings.set(document, close);
      return doc;
    },
    close(document) {
      closings.get(document)?.();
      closings.delete(document);
    },
    comments: (document, stopped) => loadComments(client, document, stopped),
    chat: (document, stopped) => loadChat(client, document, stopped),
    readFile: (document) => documentFileReader(document, client.fetch),
    untitled,
    now: new Date(),
  };
}

/** All parts of the tree, the outermost documents first. Rejects without a connection. */
async function loadTree(
  { client, library }: Pick<Services, 'client' | 'library'>,
  signal: AbortSignal,
): Promise<Listing> {
  const listed = new Map<string, ListedDocument>();
  let hasMore = false;
  const add = async (document: ListedDocument): Promise<void> => {
    // A document that is moved meanwhile is met again.
    if (listed.has(document.id)) return;
    if (listed.size === MAX_WORKSPACE_DOCUMENTS) {
      hasMore = true;
      return;
    }
    listed.set(document.id, document);
    for (const child of await loadPlace({ client, library }, document.id, signal)) await add(child);
  };
  for (const document of await loadPlace({ client, library }, null, signal)) await add(document);
  // Those that were moved from a place that was still to come to one that was done, as far as this page has heard.
  for (const document of library.state?.documents ?? []) await add(document);
  return { documents: [...listed.values()], hasMore };
}

/** What is in a document, or at the top of the tree, in its order. */
async function loadPlace(
  { client, library }: Pick<Services, 'client' | 'library'>,
  parent: string | null,
  signal: AbortSignal,
): Promise<readonly ListedDocument[]> {
  // Not taken from the state of the library: a new connection replaces it, between two pages too.
  const answers: ListedDocument[] = [];
  for (let after: TreePlace | null = null, isFirst = true; isFirst || after !== null;) {
    signal.throwIfAborted();
    const page = await client.pages.loadTree(library, { parent, after });
    answers.push(...page.documents);
    after = page.next;
    isFirst = false;
  }
  // With those that the server does not have yet.
  const known = new Map(
    [...(library.state?.documents ?? []), ...answers].map((document) => [document.id, document]),
  );
  return childrenOf([...known.values()]).get(parent) ?? [];
}

/** @returns null when the server does not send them. */
async function loadComments(
  client: Client,
  document: string,
  signal: AbortSignal,
): Promise<readonly CommentThread[] | null> {
  const channel = client.subscribe(`comments:${document}`);
  const isLive = await whenLive(channel, signal);
  const threads = isLive ? channel.state?.threads : null;
  channel.close();
  return threads ?? null;
}

/** As much as a file holds. @returns null when the server does not send it. */
async function loadChat(
  client: Client,
  document: string,
  signal: AbortSignal,
): Promise<LoadedChat | null> {
  const channel = client.subscribe(`chat:${document}`);
  try {
    if (!(await whenLive(channel, signal))) return null;
    const { pages } = client;
    const loaded = () => channel.state?.messages ?? [];
    while (loaded().length < MAX_EXPORTED_MESSAGES && pages.hasOlder(channel)) {
      const before = loaded().length;
      await pages.loadOlder(channel, MAX_CHAT_HISTORY_PAGE);
      // A page that does not join up with the others adds nothing.
      if (loaded().length === before || signal.aborted) return null;
    }
    return { messages: loaded(), hasOlder: pages.hasOlder(channel) };
  } catch {
    return null;
  } finally {
    channel.close();
  }
}

/** @returns false for a channel that the server does not send. */
async function whenLive(channel: ChannelSession, signal: AbortSignal): Promise<boolean> {
  let stop: () => void = () => undefined;
  const isLive = await new Promise<boolean>((resolve) => {
    const look = (): void => {
      if (channel.status === 'live') resolve(true);
      if (channel.status === 'lost') resolve(false);
    };
    const giveUp = (): void => resolve(false);
    const timer = setTimeout(giveUp, OPEN_TIMEOUT_MS);
    signal.addEventListener('abort', giveUp);
    const stopListening = channel.onChange(look);
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      stopListening();
    };
    look();
  });
  stop();
  return isLive;
}

interface OpenedDocument {
  /** Null for one that the server does not give in full. */
  readonly doc: Promise<Y.Doc | null>;
  readonly close: () => void;
}

function openWhole(client: Client, id: string, signal: AbortSignal): OpenedDocument {
  const stops: (() => void)[] = [];
  const doc = new Promise<Y.Doc | null>((resolve) => {
    const look = (session: DocumentSession): void => {
      if (session.status.kind === 'stopped') return resolve(null);
      if (!session.isComplete) return;
      // What has arrived is shown in the next frame, which a hidden page does not have.
      void session.flush();
      resolve(session.doc);
    };
    const giveUp = (): void => resolve(null);
    const timer = setTimeout(giveUp, OPEN_TIMEOUT_MS);
    signal.addEventListener('abort', giveUp);
    stops.push(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    });
    const show = (session: DocumentSession | null): void => {
      if (session === null) return;
      stops.push(session.onChange(() => look(session)));
      look(session);
    };
    stops.push(openDocumentWhenCreated({ client, id, show }));
  });
  return {
    doc,
    close() {
      for (const stop of stops) stop();
    },
  };
}
