/** The example in the guide for Yjs clients, verbatim, against the running server. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider-4';
import { readPage, writePage } from '@tandem/document';
import type { User } from '@tandem/protocol';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { QuietWebSocket } from './quiet-web-socket.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guide/yjs-clients.md');
/** Inside the package, so that the example's imports resolve. */
const CACHE = join(import.meta.dirname, '../.cache/guide');

interface Example {
  appendParagraph(options: {
    readonly url: string;
    readonly page: string;
    readonly token: string;
    readonly words: string;
  }): Promise<{ destroy(): void }>;
}

interface SessionExample {
  startSession(
    server: string,
    cookie?: string,
  ): Promise<{ user: User; token: string; expiresAt: number; cookie: string }>;
}

async function loadExample<T>(name: string, provider = 'y-websocket'): Promise<T> {
  const guide = await readFile(GUIDE, 'utf8');
  const code = new RegExp(`\`\`\`js\\n(// ${name}\\.mjs.*?)\`\`\``, 's').exec(guide)?.[1];
  if (code === undefined) throw new Error('the guide has no example');
  await mkdir(CACHE, { recursive: true });
  const file = join(CACHE, `${name}-${provider}.mjs`);
  await writeFile(file, code.replace("'y-websocket'", `'${provider}'`));
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as T;
}

test('gets a session that stays, and tokens for sockets', async () => {
  const { startSession } = await loadExample<SessionExample>('session');
  const server = await RunningServer.start();
  const first = await startSession(server.url);
  const second = await startSession(server.url, first.cookie);
  expect(second.user).toEqual(first.user);
  expect(first.expiresAt).toBeGreaterThan(Date.now());

  const id = `document-${randomUUID()}`;
  const websocketProvider = new HocuspocusProviderWebsocket({
    url: `${server.socketUrl}/yjs`,
    WebSocketPolyfill: QuietWebSocket,
  });
  onTestFinished(() => websocketProvider.destroy());
  const provider = new HocuspocusProvider({
    websocketProvider,
    name: id,
    token: async () => (await startSession(server.url, first.cookie)).token,
  });
  provider.attach();
  onTestFinished(() => provider.destroy());
  await eventually('it is in', () => provider.isSynced);
  const listed = async (): Promise<readonly string[]> => {
    const headers = { Cookie: first.cookie };
    const answer = await fetch(`${server.url}/api/documents`, { headers });
    const { documents } = (await answer.json()) as { documents: readonly { id: string }[] };
    return documents.map((document) => document.id);
  };
  await expect.poll(listed).toContain(id);

  const closed = await RunningServer.start({ ALLOW_GUESTS: 'false' });
  await expect(startSession(closed.url)).rejects.toThrow('This server takes no guests.');
});

test.each(['y-websocket-2', 'y-websocket-3'])(
  'appends a paragraph to a page that people write in, with %s',
  async (provider) => {
    const { appendParagraph } = await loadExample<Example>('append-paragraph', provider);
    const server = await RunningServer.start();
    const guest = await signIn(server);
    const page = `document-${randomUUID()}`;
    await guest.fetch('/api/documents', { method: 'POST', body: { id: page } });
    const writer = await NativeClient.onAuthenticated(server, { guest });
    const { channel } = await writer.open(page, { client: 1 });
    const doc = new Y.Doc();
    doc.clientID = 1;
    const words = [{ type: 'text', text: 'loud', marks: [{ type: 'bold' }] }] as const;
    writePage(doc, [{ type: 'textBlock', attrs: { id: 'a' }, content: words }], () =>
      Uint8Array.of(),
    );
    writer.send({ type: 'update', channel, cseq: 1, update: Y.encodeStateAsUpdate(doc) });
    await writer.next('ack');

    const url = `${server.socketUrl}/yjs`;
    const appended = await appendParagraph({ url, page, token: guest.token, words: 'And then.' });
    onTestFinished(() => appended.destroy());
    await eventually('the paragraph', () => {
      for (const message of writer.received.splice(0))
        if (message.type === 'updates')
          for (const each of message.updates) Y.applyUpdate(doc, each);
      return readPage(doc).length === 2;
    });
    expect(readPage(doc)).toMatchObject([
      { attrs: { id: 'a' }, content: words },
      { type: 'textBlock', content: [{ type: 'text', text: 'And then.' }] },
    ]);
  },
);
