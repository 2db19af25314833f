/** Metrics of a real server, what its logs must not contain, and its self-probe. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { writePage } from '@tandem/document';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';

const METRICS_TOKEN = 'token-of-the-operator';

interface Talk {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

async function converse(
  server: RunningServer,
  { id = `document-${randomUUID()}`, title = 'Draft', text = 'word' }: Partial<Talk> = {},
) {
  const [ada, bob] = [await signIn(server), await signIn(server)];
  await ada.fetch('/api/documents', { method: 'POST', body: { id, title } });
  const writer = await NativeClient.onAuthenticated(server, { guest: ada });
  const listener = await NativeClient.onAuthenticated(server, { guest: bob, format: 'json' });
  const { channel, epoch, timeline } = await writer.open(id, { client: 1 });
  await listener.open(id, { client: 2 });
  writer.send({ type: 'update', channel, cseq: 1, update: pageUpdate(text) });
  await writer.next('ack');
  await listener.next('updates');
  writer.send({ type: 'typing:start', channel });
  await listener.next('typing:changed');
  return { ada, writer, listener, channel, epoch, timeline, id };
}

function pageUpdate(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 1;
  writePage(doc, [{ type: 'textBlock', content: [{ type: 'text', text }] }], randomBytes);
  return Y.encodeStateAsUpdate(doc);
}

async function read(server: RunningServer): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${server.url}/metrics`, {
    headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
  });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

test('counts a conversation', async () => {
  const server = await RunningServer.start({ METRICS_TOKEN });
  const { writer, listener, channel, epoch, timeline, id } = await converse(server);
  writer.send({ type: 'rows:request', channel, from: 0 });
  await writer.next('updates');
  const reopen = (document: string, life: string) => {
    const position = { epoch: life, timeline, offset: 1 };
    writer.send({ type: 'open', channel: 0, ref: 2, document, client: 1, position });
  };
  reopen(`nowhere-${randomUUID()}`, epoch);
  await writer.next('closed');
  // Simulates reconnects with a replica of another epoch, and of this one.
  reopen(id, 'another');
  await writer.next('closed');
  reopen(id, epoch);
  await writer.next('opened');

  const samples = async () => Object.fromEntries(await read(server));
  // The jobs of the start may wait for their turn.
  await expect.poll(samples).toMatchObject({
    'tandem_connections{transport="websocket",codec="binary"}': 1,
    'tandem_connections{transport="websocket",codec="json"}': 1,
    'tandem_connection_attempts_total{result="accepted"}': 2,
    tandem_rooms: 1,
    tandem_channels: 2,
    tandem_presence_members: 2,
    tandem_handshake_duration_seconds_count: 2,
    tandem_document_open_duration_seconds_count: 3,
    tandem_update_ack_seconds_count: 1,
    'tandem_commands_total{command="document:create",result="done"}': 1,
    'tandem_command_seconds_count{command="document:create"}': 1,
    tandem_journal_commit_seconds_count: 1,
    tandem_journal_rows_total: 1,
    tandem_gap_repairs_total: 1,
    'tandem_recoveries_total{result="rows"}': 1,
    'tandem_recoveries_total{result="refused"}': 1,
    'tandem_errors_sent_total{code="epoch-changed"}': 1,
    'tandem_errors_sent_total{code="not-found"}': 1,
    'tandem_messages_received_total{type="hello"}': 2,
    'tandem_messages_received_total{type="open"}': 5,
    'tandem_messages_received_total{type="update"}': 1,
    'tandem_messages_received_total{type="typing:start"}': 1,
    'tandem_probe_seconds_count{path="deliver"}': 0,
    'tandem_jobs_total{kind="session-sweep",result="done"}': 1,
    'tandem_job_seconds_count{kind="session-sweep"}': 1,
    tandem_jobs_waiting: 0,
    tandem_jobs_oldest_waiting_seconds: 0,
    tandem_jobs_failed: 0,
  });
  const open = await read(server);
  expect(open.get('tandem_deliveries_total{class="volatile"}')).toBeGreaterThanOrEqual(2);
  expect(open.get('tandem_deliveries_total{class="reliable"}')).toBeGreaterThanOrEqual(6);
  expect(open.get('tandem_bytes_total{direction="in"}')).toBeGreaterThan(100);
  expect(open.get('tandem_bytes_total{direction="out"}')).toBeGreaterThan(100);
  expect(open.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);

  listener.socket.close(1000);
  writer.send(
    { type: 'leave', channel: 0 },
    { type: 'hello', channel: 0, protocol: 1, schema: 1, token: '' },
  );
  await writer.end();
  await listener.end();
  await expect.poll(samples).toMatchObject({
    'tandem_connections{transport="websocket",codec="binary"}': 0,
    'tandem_disconnects_total{code="1000"}': 1,
    'tandem_disconnects_total{code="4400"}': 1,
    'tandem_errors_sent_total{code="bad-message"}': 1,
  });
});

test('counts who is not let in, and shows nothing to anyone who has no token', async () => {
  const server = await RunningServer.start({ METRICS_TOKEN });
  const client = new NativeClient(server, { origin: 'https://elsewhere.example' });
  await client.end();
  expect((await read(server)).get('tandem_connection_attempts_total{result="403"}')).toBe(1);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
});

test('logs nothing that people write or sign in with', async () => {
  const server = await RunningServer.start({ METRICS_TOKEN, LOG_LEVEL: 'trace' });
  const id = `markeddocument${randomUUID()}`;
  const { ada, writer, channel } = await converse(server, {
    id,
    title: 'marked title',
    text: 'marked text',
  });
  await ada.fetch(`/api/documents/${id}`, { method: 'PATCH', body: { title: 'marked name' } });
  await read(server);
  const outsider = new NativeClient(server);
  await outsider.opened();
  outsider.hello('marked-token-of-a-outsider');
  await outsider.end();
  // Causes a rejected update, a malformed one, and exceeded limits.
  writer.send({ type: 'update', channel, cseq: 2, update: Buffer.from('marked garbage') });
  await writer.next('nack');
  const sly = await NativeClient.onAuthenticated(server, { guest: ada, format: 'json' });
  sly.socket.send('["marked-nonsense", {"marked": 1}]');
  await sly.end();
  const flood = await NativeClient.onAuthenticated(server, { guest: ada });
  for (let nonce = 0; nonce < 5_000; nonce++) flood.send({ type: 'ping', channel: 0, nonce });
  await flood.end();
  await server.kill('SIGTERM');

  const lines = server.output.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.length).toBeGreaterThan(5);
  for (const mark of ['marked', ada.token, ada.cookie.split('=')[1] ?? ada.cookie, METRICS_TOKEN])
    expect(lines.filter((line) => line.includes(mark))).toEqual(
      // Logs contain a prefix of the document id.
      mark === 'marked' ? lines.filter((line) => line.includes('"document":"marked"')) : [],
    );
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const ofConnections = entries.filter(({ msg }) => /connect|message|socket/.test(String(msg)));
  expect(ofConnections.length).toBeGreaterThan(5);
  for (const entry of ofConnections) expect(entry).toHaveProperty('connection');
});

/** Connects before the first probe: an unused server is probed rarely. */
async function awaitProbe(server: RunningServer): Promise<void> {
  const client = await NativeClient.onAuthenticated(server, { guest: await signIn(server) });
  let seen = await read(server);
  const poll = setInterval(() => void read(server).then((now) => (seen = now)), 200);
  const count = (name: string, path: string): number =>
    seen.get(`tandem_probe_${name}{path="${path}"}`) ?? 0;
  try {
    await eventually(
      'the self-probe succeeds on both paths',
      () => count('seconds_count', 'commit') > 0 && count('seconds_count', 'deliver') > 0,
    );
  } finally {
    clearInterval(poll);
  }
  expect(count('failures_total', 'commit') + count('failures_total', 'deliver')).toBe(0);
  client.socket.close();
}

test('the self-probe succeeds on both paths, and again after a restart', async () => {
  const server = await RunningServer.start({ METRICS_TOKEN, SELF_PROBE: 'on' });
  await awaitProbe(server);
  await server.kill('SIGTERM');
  expect(server.output).toContain('"msg":"stopped"');
  expect(server.output).not.toContain('self-probe failed');
  await awaitProbe(await server.restart());
});

test('sends traces to a collector, the last of them when it ends', async () => {
  const names: string[] = [];
  const http = createServer((request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      for (const [, name] of text.matchAll(/"spanId":"[0-9a-f]+","name":"([^"]+)"/g))
        names.push(name as string);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => http.close().closeAllConnections());
  const { port } = http.address() as AddressInfo;
  const server = await RunningServer.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  await converse(server);
  await server.kill('SIGTERM');
  expect(new Set(names)).toEqual(new Set(['hello', 'command', 'open', 'update', 'commit', 'job']));
});
