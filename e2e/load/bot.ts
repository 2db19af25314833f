/** A headless user: a guest session over HTTP, and the product's client over a real socket. */
import { SCHEMA_VERSION } from '@tandem/document';
import {
  Client,
  createMemoryStore,
  headlessEnvironment,
  type DocumentSession,
  type Socket,
} from '@tandem/client';
import { YJS_PATH } from '@tandem/protocol';
import { once } from 'node:events';
import { WebSocket } from 'ws';

const SETTLE_LIMIT_MS = 60_000;

export interface Bot extends AsyncDisposable {
  readonly client: Client;
  readonly fetch: typeof fetch;
  open(document: string): Promise<DocumentSession>;
}

export async function createBot(url: string): Promise<Bot> {
  const fetch = fetchWithCookie(url);
  const client = new Client({
    base: url,
    environment: headlessEnvironment(),
    store: createMemoryStore(),
    durable: true,
    schema: SCHEMA_VERSION,
    fetch,
    // The types of `ws` name their own events; the values are compatible.
    webSocket: (address, protocol) => new WebSocket(address, protocol) as Socket,
  });
  client.start();
  return {
    client,
    fetch,
    open: async (document) => {
      const session = client.openDocument(document);
      await waitForSession(session, ({ status }) => status.kind === 'saved');
      return session;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

export async function waitForSession(
  session: DocumentSession,
  predicate: (session: DocumentSession) => boolean,
): Promise<void> {
  if (predicate(session)) return;
  const { doc } = session;
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(limit);
      stopListening();
      doc.off('afterTransaction', check);
    };
    const check = () => {
      if (!predicate(session)) return;
      stop();
      resolve();
    };
    const limit = setTimeout(() => {
      stop();
      reject(new Error(`gave up waiting; the status is ${JSON.stringify(session.status)}`));
    }, SETTLE_LIMIT_MS);
    const stopListening = session.onChange(check);
    doc.on('afterTransaction', check);
  });
}

export async function createDataDocument(url: string, name: string): Promise<void> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${YJS_PATH}/${name}`);
  await once(socket, 'open');
  socket.send(SYNC_STEP_1);
  await once(socket, 'message');
  socket.close();
}

const SYNC_STEP_1 = Uint8Array.of(0, 0, 1, 0);

/**
 * Node's `fetch` keeps no cookies; this one stores the session's and sends an origin as a page
 * does.
 */
function fetchWithCookie(origin: string): typeof fetch {
  let cookie: string | undefined;
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('origin', origin);
    if (cookie !== undefined) headers.set('cookie', cookie);
    const response = await fetch(input, { ...init, headers });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return response;
  };
}
