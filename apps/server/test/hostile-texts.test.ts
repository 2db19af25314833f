/** Text that databases, encoders or screens cannot hold, in every text field: it harms no one. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ulid } from 'ulid';
import * as Y from 'yjs';
import { DatabaseSync } from '@photostructure/sqlite';
import { writePage } from '@tandem/document';
import { hasVisibleText, SUBPROTOCOL_JSON, type ChannelName } from '@tandem/protocol';
import { ALL_HOSTILE_TEXTS, HOSTILE_TEXTS } from '@tandem/testkit';
import { writeAwareness } from '../src/presence/awareness-update.ts';
import { chat, command, create, newDocument, say, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';

/** Longer than the batching delay of members, titles and excerpts. */
const GATHERED_MS = 1_500;
/** Users who each send a part of the texts, because rates are limited by user. */
const SENDERS = 12;

it('a name that is U+0000 is refused, and ends neither the server nor a JSON client in the same room', async () => {
  const server = await RunningServer.start();
  const guest = await signIn(server);
  const document = newDocument();
  const author = await NativeClient.onAuthenticated(server, { guest });
  await say(author, create(document));
  await author.open(document);
  const witness = await NativeClient.onAuthenticated(server, { format: 'json' });
  await witness.open(document, { client: 2 });
  const answer = await guest.fetch('/api/me', { method: 'PATCH', body: { name: '\u0000' } });
  expect(answer.status).toBe(400);
  const { error } = (await answer.json()) as { error: { message: string } };
  expect(error.message).toMatch(/cannot be stored|can be seen/);
  await sleep(GATHERED_MS);
  expect(server.alive).toBe(true);
  expect([author.closed, witness.closed]).toEqual([null, null]);
});

it(
  'every hostile text in every field leaves everybody connected, also after a restart',
  { timeout: 120_000 },
  async () => {
    const server = await RunningServer.start({ ADMINISTRATORS: '*' });
    const owner = await signIn(server);
    const document = newDocument();
    const author = await NativeClient.onAuthenticated(server, { guest: owner });
    await say(author, create(document));
    const witnesses = await enter(server, { document, client: 100 });
    const senders = await Promise.all(
      Array.from({ length: SENDERS }, (_, index) => Sender.join(server, { document, index })),
    );
    await Promise.all(senders.map((sender) => sender.sendAll()));
    await sendHeaders(server, owner);
    await sleep(GATHERED_MS);
    expectWhole(server, [author, ...witnesses, ...senders.map(({ client }) => client)]);

    await server.kill('SIGKILL');
    storeAsBefore(server, owner.user.id);
    const again = await server.restart();
    const newcomers = await enter(again, { document, client: 200 });
    // All users with stored texts reconnect.
    const back = await Promise.all(
      [...senders, { guest: owner, ownDocument: document }].map(
        async ({ guest, ownDocument }, index) => {
          const answer = await fetch(`${again.url}/api/session`, {
            method: 'POST',
            headers: { Cookie: guest.cookie },
          });
          expect(answer.status).toBe(200);
          for (const path of ['/api/documents', `/api/documents/${ownDocument}`])
            expect(
              (await fetch(again.url + path, { headers: { Cookie: guest.cookie } })).status,
            ).toBe(200);
          const format = index % 2 === 0 ? 'binary' : 'json';
          const client = await NativeClient.onAuthenticated(again, { guest, format });
          await client.open(document, { client: 300 + index });
          await subscribe(client, 'library');
          return client;
        },
      ),
    );
    await sleep(GATHERED_MS);
    expectWhole(again, [...newcomers, ...back]);
    const members = newcomers.flatMap(({ received }) =>
      received.flatMap((message) => (message.type === 'presence:changed' ? message.members : [])),
    );
    expect(members.length).toBeGreaterThan(SENDERS);
    for (const { name } of members) expect(hasVisibleText(name), JSON.stringify(name)).toBe(true);
  },
);

/** Stores values like versions with weaker validation: a name of U+0000 was stored as empty. */
function storeAsBefore({ dataDir }: RunningServer, user: string): void {
  const sqlite = new DatabaseSync(join(dataDir, 'tandem.db'));
  sqlite.prepare("update user set name = '' where id = ?").run(user);
  sqlite.exec("update document set title = 'a' || char(0) || 'b', excerpt = char(0)");
  sqlite.exec('update chat_message set text = char(0) || char(10) where number % 2 = 0');
  sqlite.close();
}

/** A new user on both protocols, who follows everything that contains names or text. */
async function enter(
  server: RunningServer,
  { document, client: first }: { readonly document: string; readonly client: number },
): Promise<NativeClient[]> {
  return await Promise.all(
    (['binary', 'json'] as const).map(async (format, index) => {
      const client = await NativeClient.onAuthenticated(server, { format });
      await client.open(document, { client: first + index });
      const names: ChannelName[] = [
        `chat:${document}`,
        `sharing:${document}`,
        'library',
        'activity',
        'dashboard',
      ];
      for (const name of names) await subscribe(client, name);
      return client;
    }),
  );
}

/** `NativeClient` throws on a message that does not decode, which fails the run. */
function expectWhole(server: RunningServer, clients: readonly NativeClient[]): void {
  expect(server.alive).toBe(true);
  expect(clients.map(({ closed }) => closed)).toEqual(clients.map(() => null));
  // Level `error` or higher.
  expect(server.output.match(/"level":[56]0.*/g)).toBeNull();
}

class Sender {
  readonly guest: SignedIn;
  readonly client: NativeClient;
  readonly ownDocument: string;
  readonly #server: RunningServer;
  readonly #document: string;
  readonly #channel: number;
  readonly #texts: readonly string[];
  readonly #index: number;

  private constructor(options: {
    guest: SignedIn;
    client: NativeClient;
    ownDocument: string;
    server: RunningServer;
    document: string;
    channel: number;
    index: number;
  }) {
    this.guest = options.guest;
    this.client = options.client;
    this.ownDocument = options.ownDocument;
    this.#server = options.server;
    this.#document = options.document;
    this.#channel = options.channel;
    this.#index = options.index;
    this.#texts = ALL_HOSTILE_TEXTS.filter((_, at) => at % SENDERS === options.index);
  }

  static async join(
    server: RunningServer,
    { document, index }: { readonly document: string; readonly index: number },
  ): Promise<Sender> {
    const guest = await signIn(server);
    const client = await NativeClient.onAuthenticated(server, { guest });
    const { channel } = await client.open(document, { client: index + 1 });
    const ownDocument = newDocument();
    await say(client, create(ownDocument));
    return new Sender({ guest, client, ownDocument, server, document, channel, index });
  }

  async sendAll(): Promise<void> {
    await this.#overHttp();
    await this.#asCommands('binary');
    await this.#asCommands('json');
    this.#asPresence();
    await this.#asDocumentText();
  }

  async #overHttp(): Promise<void> {
    for (const text of this.#texts) {
      const answers = [
        await this.guest.fetch('/api/me', { method: 'PATCH', body: { name: text } }),
        await this.guest.fetch(`/api/documents/${this.ownDocument}`, {
          method: 'PATCH',
          body: { title: text },
        }),
        await this.guest.fetch('/api/documents', {
          method: 'POST',
          body: { id: text, title: text },
        }),
        await this.guest.fetch(`/api/documents/${encoded(text)}`),
        await this.guest.fetch(`/api/documents/${this.#document}/chat?before=${encoded(text)}`),
      ];
      const statuses = answers.map(({ status }) => status);
      expect(
        statuses.filter((status) => status >= 500),
        JSON.stringify(text),
      ).toEqual([]);
      if (HOSTILE_TEXTS.unstorable.includes(text)) expect(statuses.slice(0, 2)).toEqual([400, 400]);
      for (const answer of answers.slice(0, 2)) {
        const { error } = (await answer.json()) as { error?: { message: string } };
        if (answer.status === 400) expect(error?.message).toMatch(/^(Enter|This text) .*\.$/);
      }
    }
  }

  /** Each is answered by its id, whatever its text. */
  async #asCommands(format: 'binary' | 'json'): Promise<void> {
    const { guest } = this;
    const client = await NativeClient.onAuthenticated(this.#server, { guest, format });
    const document = this.#document;
    for (const text of this.#texts) {
      const commands = [
        command({ name: 'document:rename', input: { document, title: text } }),
        chat(document, text),
        ...(format === 'json' ? [command({ name: 'profile:change', input: { name: text } })] : []),
      ];
      for (const message of commands) {
        // Our codecs never send what `JSON.stringify` escapes.
        if (format === 'json') client.socket.send(JSON.stringify(message));
        else client.send(message);
        await eventually(`${message.name} is answered`, () =>
          client.received.some(
            (answer) =>
              (answer.type === 'done' || answer.type === 'refused') && answer.id === message.id,
          ),
        );
      }
    }
    expect(client.closed).toBeNull();
    client.socket.close();
  }

  #asPresence(): void {
    const channel = this.#channel;
    const client = this.#index + 1;
    for (const [clock, text] of this.#texts.entries()) {
      const state = JSON.stringify({ cursor: text, [text]: { user: { name: text } } });
      if (Buffer.byteLength(state) > 4_000) continue;
      const update = writeAwareness([{ client, clock: clock + 1, state }]);
      this.client.send({ type: 'awareness', channel, update });
      if (text.length <= 40)
        this.client.send({ type: 'presence:list', channel, ref: clock, query: text, after: 0 });
    }
  }

  /** In the user's own page, whose excerpt goes to lists. */
  async #asDocumentText(): Promise<void> {
    const doc = new Y.Doc();
    const texts = this.#texts.filter((text) => text !== '');
    writePage(
      doc,
      texts.map((text) => ({ type: 'textBlock', content: [{ type: 'text', text }] })),
      randomBytes,
    );
    const { channel } = await this.client.open(this.ownDocument, { client: doc.clientID });
    const update = Y.encodeStateAsUpdate(doc);
    this.client.send({ type: 'update', channel, cseq: 1, update });
    await this.client.next('ack', (message) => message.channel === channel);
  }
}

/** As far as it can be encoded in a URL. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

/** Sends bytes in headers and paths that HTTP clients refuse to send. */
async function sendHeaders(server: RunningServer, { cookie }: SignedIn): Promise<void> {
  const values = ALL_HOSTILE_TEXTS.map((text) => text.replaceAll(/[\r\n]/g, '').slice(0, 500));
  const exchange = async (value: string): Promise<string> => {
    const socket = connect(server.port, 'localhost');
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
    const lines = [
      `GET /api/documents HTTP/1.1`,
      `Host: localhost:${server.port}`,
      `Cookie: x=${value}; ${cookie}`,
      `X-Forwarded-For: ${value}`,
      `User-Agent: ${value}`,
      `Last-Event-ID: ${value}:1`,
      `Authorization: Bearer ${value}`,
      `Accept-Encoding: ${value}`,
      'Connection: close',
    ];
    socket.end(`${lines.join('\r\n')}\r\n\r\n`);
    await once(socket, 'close').catch(() => {});
    return answer.split(' ')[1] ?? '';
  };
  const upgrade = async (value: string): Promise<void> => {
    const socket = connect(server.port, 'localhost');
    socket.on('error', () => {});
    const lines = [
      `GET /yjs/${encoded(value)} HTTP/1.1`,
      `Host: localhost:${server.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL_JSON}, token.${value}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => {});
    socket.destroy();
  };
  for (const value of values) {
    expect(['200', '400', '']).toContain(await exchange(value));
    await upgrade(value);
  }
  const feed = await fetch(`${server.url}/api/channels/${encoded(`chat:${ulid()}\0`)}/events`, {
    headers: { Cookie: cookie },
  });
  expect(feed.status).toBe(404);
}
