/**
 * Measures what `COMPRESS_FROM_BYTES` saves and costs, with clients that compress everything they send, as browsers
 * do, and prints a table:
 *
 *     node test/compression/measure.mjs [opens=200] [keys=2000] [messages=20000] [connections=2000]
 *
 * The document is the prose of this repo's Markdown files, written paragraph by paragraph and then edited in 3,000
 * places by 20 people. Times are processor time of all threads of the server, from /proc.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import {
  binaryCodec,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
  type ServerMessageType,
  type Session,
} from '@tandem/protocol';
import { SCHEMA_VERSION, writePage } from '@tandem/document';
import { SeededRandom } from '@tandem/testkit';

const options = new Map(process.argv.slice(2).map((pair) => pair.split('=') as [string, string]));
const option = (name: string, unset: number) => Number(options.get(name) ?? unset);
const OPENS = option('opens', 200);
const KEYS = option('keys', 2_000);
const MESSAGES = option('messages', 20_000);
const CONNECTIONS = option('connections', 2_000);
const REPO = resolve(import.meta.dirname, '../../../..');
/** The unit of processor time in /proc. */
const TICK_MS = 10;
const SETTLE_MS = 3_000;

class Client {
  readonly #socket: WebSocket;
  readonly #waiting = new Set<(message: ServerMessage) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const decoded = binaryCodec.decodeFromServer(data);
      if (decoded.kind === 'invalid') throw new Error(decoded.reason);
      for (const message of decoded.messages) {
        if (message.type === 'ping') this.send({ type: 'pong', channel: 0, nonce: message.nonce });
        for (const take of this.#waiting) take(message);
      }
    });
  }

  static async connect(port: number, token: string): Promise<Client> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/sync`, SUBPROTOCOL_BINARY, {
      perMessageDeflate: { threshold: 0 },
    });
    await once(socket, 'open');
    const client = new Client(socket);
    const welcome = client.next('welcome');
    client.send({
      type: 'hello',
      channel: 0,
      protocol: PROTOCOL_VERSION,
      schema: SCHEMA_VERSION,
      token,
    });
    await welcome;
    return client;
  }

  get bytesRead(): number {
    return (this.#socket as unknown as { readonly _socket: Socket })._socket.bytesRead;
  }

  get bytesWritten(): number {
    return (this.#socket as unknown as { readonly _socket: Socket })._socket.bytesWritten;
  }

  send(message: ClientMessage): void {
    this.#socket.send(binaryCodec.encode(message));
  }

  async next<T extends ServerMessageType>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    return await new Promise((done) => {
      const take = (message: ServerMessage): void => {
        if (message.type !== type || !fits(message as MessageOf<T>)) return;
        this.#waiting.delete(take);
        done(message as MessageOf<T>);
      };
      this.#waiting.add(take);
    });
  }

  /** Resolves when the whole document is here. */
  async open(document: string, client: number): Promise<number> {
    let to = 0;
    const take = (message: ServerMessage): void => {
      if (message.type === 'updates') to = message.to;
    };
    this.#waiting.add(take);
    const opened = this.next('opened');
    this.send({ type: 'open', channel: 0, ref: 1, document, client });
    const { channel, offset } = await opened;
    while (to < offset) await this.next('updates');
    this.#waiting.delete(take);
    return channel;
  }

  end(): void {
    this.#socket.terminate();
  }
}

interface Server {
  readonly port: number;
  readonly token: string;
  readonly cpuMs: () => Promise<number>;
  readonly residentKib: () => Promise<number>;
  readonly create: () => Promise<string>;
}

async function withServer<T>(
  compressFromBytes: string,
  run: (server: Server) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.js')], {
    env: {
      PATH,
      PORT: '0',
      DATA_DIR: folder,
      SELF_PROBE: 'off',
      LOG_LEVEL: 'info',
      COMPRESS_FROM_BYTES: compressFromBytes,
      MAX_CONNECTIONS_PER_USER: '100000',
      MESSAGES_PER_SECOND: '100000',
      BYTES_PER_SECOND: '100000000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    while (!output.includes('Tandem is ready')) {
      const [data] = (await once(child.stdout, 'data')) as [Buffer];
      output += data.toString();
    }
    child.stdout.resume();
    const port = Number(/"port":(\d+),"msg":"Tandem is ready/.exec(output)?.[1]);
    const url = `http://127.0.0.1:${port}`;
    const answer = await fetch(`${url}/api/session`, { method: 'POST' });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] as string;
    const { token } = (await answer.json()) as Session;
    return await run({
      port,
      token,
      cpuMs: async () => {
        const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8'))
          .split(') ')[1]
          ?.split(' ');
        return (Number(fields?.[11]) + Number(fields?.[12])) * TICK_MS;
      },
      residentKib: async () =>
        Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
      create: async () => {
        const id = `document-${randomBytes(12).toString('hex')}`;
        const created = await fetch(`${url}/api/documents`, {
          method: 'POST',
          headers: { Cookie: cookie, 'Content-Type': 'application/json' },
          body: JSON.stringify({ id }),
        });
        if (!created.ok) throw new Error(await created.text());
        return id;
      },
    });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function prose(): Promise<string[]> {
  const names = (await readdir(REPO, { recursive: true })).filter(
    (name) => name.endsWith('.md') && !name.includes('node_modules'),
  );
  const texts = await Promise.all(names.sort().map((name) => readFile(join(REPO, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n\n'));
}

const paragraph = (text: string) =>
  ({ type: 'textBlock', content: [{ type: 'text', text }] }) as const;

async function largeDocument(): Promise<Uint8Array> {
  const random = new SeededRandom(7);
  const first = new Y.Doc();
  first.clientID = 1;
  writePage(first, (await prose()).map(paragraph), randomBytes);
  let update = Y.encodeStateAsUpdate(first);
  for (let person = 2; person <= 21; person++) {
    const doc = new Y.Doc();
    doc.clientID = person;
    Y.applyUpdate(doc, update);
    const own = doc.getText('text');
    for (let edit = 0; edit < 150; edit++)
      own.insert(1 + Math.floor(random.next() * (own.length - 1)), 'a few words more ');
    update = Y.encodeStateAsUpdate(doc);
  }
  return update;
}

async function measureOpening({ port, token, create, cpuMs }: Server, document: Uint8Array) {
  const id = await create();
  const writer = await Client.connect(port, token);
  const channel = await writer.open(id, 99);
  const stored = writer.next('ack');
  writer.send({ type: 'update', channel, cseq: 1, update: document });
  await stored;
  const times: number[] = [];
  let bytes = 0;
  const open = async (client: number): Promise<void> => {
    const reader = await Client.connect(port, token);
    const [began, before] = [performance.now(), reader.bytesRead];
    await reader.open(id, client);
    times.push(performance.now() - began);
    bytes = reader.bytesRead - before;
    reader.end();
  };
  for (let at = 0; at < OPENS / 2; at++) await open(1_000 + at);
  times.length = 0;
  const cpu = await cpuMs();
  for (let at = 0; at < OPENS; at++) await open(10_000 + at);
  const openCpuMs = (await cpuMs()) - cpu;
  times.sort((one, other) => one - other);
  return {
    'open: bytes received': bytes,
    'open: processor time, ms': round(openCpuMs / OPENS),
    'open: p50, ms': round(times[Math.floor(times.length / 2)] as number),
  };
}

async function measureTyping({ port, token, create }: Server) {
  const id = await create();
  const [author, reader] = [await Client.connect(port, token), await Client.connect(port, token)];
  const channel = await author.open(id, 5);
  await reader.open(id, 6);
  const doc = new Y.Doc();
  doc.clientID = 5;
  let cseq = 0;
  const send = async (change: () => void): Promise<void> => {
    const state = Y.encodeStateVector(doc);
    change();
    const received = reader.next('updates');
    const update = Y.encodeStateAsUpdate(doc, state);
    author.send({ type: 'update', channel, cseq: ++cseq, update });
    await received;
  };
  await send(() => writePage(doc, [paragraph('A short page')], randomBytes));
  const [up, down] = [author.bytesWritten, reader.bytesRead];
  for (let key = 0; key < KEYS; key++)
    await send(() => doc.getText('text').insert(doc.getText('text').length, 'x'));
  return {
    'key: bytes sent': round((author.bytesWritten - up) / KEYS),
    'key: bytes received by another': round((reader.bytesRead - down) / KEYS),
  };
}

async function measureMessages({ port, token, cpuMs }: Server) {
  const client = await Client.connect(port, token);
  const ping = async (count: number): Promise<void> => {
    const answered = client.next('pong', ({ nonce }) => nonce === count);
    for (let nonce = 1; nonce <= count; nonce++) client.send({ type: 'ping', channel: 0, nonce });
    await answered;
  };
  await ping(MESSAGES / 2);
  const cpu = await cpuMs();
  await ping(MESSAGES);
  return { 'ping: processor time, µs': round((((await cpuMs()) - cpu) / MESSAGES) * 1_000) };
}

async function measureIdle({ port, token, residentKib }: Server) {
  const connect = async (): Promise<void> => void (await Client.connect(port, token));
  for (let at = 0; at < CONNECTIONS / 2; at++) await connect();
  await sleep(SETTLE_MS);
  const before = await residentKib();
  for (let at = 0; at < CONNECTIONS; at++) await connect();
  await sleep(SETTLE_MS);
  return { 'idle connection: KiB': round(((await residentKib()) - before) / CONNECTIONS) };
}

async function measure(compressFromBytes: string, document: Uint8Array) {
  const on = <T>(run: (server: Server) => Promise<T>): Promise<T> =>
    withServer(compressFromBytes, run);
  return {
    ...(await on((server) => measureOpening(server, document))),
    ...(await on(measureTyping)),
    ...(await on(measureMessages)),
    ...(await on(measureIdle)),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const document = await largeDocument();
process.stdout.write(`the document has ${document.byteLength} bytes\n`);
console.table({
  off: await measure('', document),
  'from 16 KiB': await measure('16384', document),
});
// Thousands of sockets are open.
process.exit(0);
