/** The documents of this page's person, as an export reads them: through the connection that shows them, one at a time. */
import type { Client, DocumentSession } from '@tandem/client';
import { childrenOf, type ListedDocument, type TreePlace } from '@tandem/protocol';
import type { Services } from '../session/services.ts';
import { openDocumentWhenCreated } from '../session/open-document.ts';
import { documentFileReader } from './document-file.ts';
import type { ListedForExport, WorkspaceSource } from './workspace-export.ts';
import { MAX_WORKSPACE_DOCUMENTS } from './workspace-manifest.ts';

/** For a document that does not open. */
const OPEN_TIMEOUT_MS = 30_000;

export async function pageWorkspace(
  { client, library }: Pick<Services, 'client' | 'library'>,
  { untitled, signal }: { readonly untitled: string; readonly signal: AbortSignal },
): Promise<WorkspaceSource> {
  const closings = new Map<string, () => void>();
  return {
    documents: await loadTree({ client, library }, signal),
    async open(document, stopped) {
      const { session, close } = openSession(client, document);
      closings.set(document, close);
      const opened = await session;
      return (await isComplete(opened, stopped)) ? opened.doc : null;
    },
    close(document) {
      closings.get(document)?.();
      closings.delete(document);
    },
    readFile: (document) => documentFileReader(document, client.fetch),
    untitled,
    now: new Date(),
  };
}

/** All parts of the tree, the outermost documents first. Rejects without a connection. */
async function loadTree(
  { client, library }: Pick<Services, 'client' | 'library'>,
  signal: AbortSignal,
): Promise<readonly ListedForExport[]> {
  const listed: ListedDocument[] = [];
  const visit = async (parent: string | null): Promise<void> => {
    for (let after: TreePlace | null = null, isFirst = true; isFirst || after !== null;) {
      signal.throwIfAborted();
      ({ next: after } = await client.pages.loadTree(library, { parent, after }));
      isFirst = false;
    }
    // With those that the server does not have yet.
    for (const document of childrenOf(library.state?.documents ?? []).get(parent) ?? []) {
      if (listed.length === MAX_WORKSPACE_DOCUMENTS) return;
      listed.push(document);
      await visit(document.id);
    }
  };
  await visit(null);
  return listed;
}

function openSession(client: Client, id: string) {
  let close: () => void = () => undefined;
  const session = new Promise<DocumentSession>((resolve) => {
    close = openDocumentWhenCreated({
      client,
      id,
      show: (opened) => opened !== null && resolve(opened),
    });
  });
  return { session, close: () => close() };
}

/** Whether the session has all of the document that the server has. */
async function isComplete(session: DocumentSession, signal: AbortSignal): Promise<boolean> {
  let stop: () => void = () => undefined;
  const result = await new Promise<boolean>((resolve) => {
    const look = (): void => {
      const { kind } = session.status;
      if (kind === 'saved' || kind === 'view-only' || kind === 'refused') resolve(true);
      else if (kind === 'stopped') resolve(false);
    };
    const giveUp = (): void => resolve(false);
    const stopListening = session.onChange(look);
    const timer = setTimeout(giveUp, OPEN_TIMEOUT_MS);
    signal.addEventListener('abort', giveUp);
    stop = () => {
      stopListening();
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    look();
  });
  stop();
  return result;
}
