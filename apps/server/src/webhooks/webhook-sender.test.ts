import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type AddressInfo } from 'node:net';
import type { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { WEBHOOKS } from '../limits.ts';
import { isOfOwnNetwork } from './public-address.ts';
import { urlProblem, webhookSender, type Resolve } from './webhook-sender.ts';

const signal = new AbortController().signal;
const message = (url: string) => ({ url, headers: {}, body: '{}' });

async function listen(handler: RequestListener, onConnection = () => {}): Promise<number> {
  const server = createServer(handler).on('connection', onConnection).listen(0, '::');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const unused: RequestListener = (_, answer) => void answer.end();

/** Forms of addresses that lead into this machine, or its networks. */
const HOSTS = [
  ...['localhost', 'localhost.', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.0.0.1.', '127.1'],
  ...[
    '127.0.1',
    '127.255.255.254',
    '0',
    '0.0.0.0',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
  ],
  ...['0177.0.0.1', '0177.1', '0x7f.0x0.0x0.0x1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127%2e0%2e0%2e1'],
  ...['10.0.0.1', '10.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.1', '100.64.0.1'],
  ...[
    '100.100.100.200',
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '169.254.1',
    '168.63.129.16',
  ],
  ...[
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '192.88.99.1',
    '224.0.0.1',
  ],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]'],
  ...[
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:10.0.0.1]',
  ],
  ...['[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]'],
  ...[
    '[2002:a9fe:a9fe::1]',
    '[2001:0:7f00:1::]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[5f00::1]',
    '[fc00::1]',
  ],
  ...['[fd00:ec2::254]', '[fe80::1]', '[fec0::1]', '[ff02::1]', '[100::1]', '[4000::1]'],
];

test('WH9 no form of a private address is reached', async () => {
  let reached = 0;
  const port = await listen(unused, () => void reached++);
  const send = webhookSender({ allowedHosts: [], timeoutMs: 1_000 });
  const urls = HOSTS.flatMap((host) => [
    `https://${host}:${port}/`,
    `http://${host}:${port}/`,
    `https://user@${host}:${port}/`,
  ]);
  expect(HOSTS.length).toBeGreaterThanOrEqual(60);
  const results = await Promise.all(
    urls.map(async (url) => ({ url, ...(await send(message(url), signal)) })),
  );
  expect(reached).toBe(0);
  expect(results.filter(({ kind }) => kind !== 'refused')).toEqual([]);
});

test('WH9 a name that leads to a private address, among others or later on, is not followed', async () => {
  let reached = 0;
  const port = await listen(unused, () => void reached++);
  const url = `https://receiver.example:${port}/`;
  for (const addresses of [
    ['127.0.0.1'],
    ['203.0.114.1', '127.0.0.1'],
    ['::ffff:127.0.0.1'],
    ['fe80::1%lo'],
  ]) {
    const send = webhookSender({ allowedHosts: [], resolve: async () => addresses });
    expect(await send(message(url), signal)).toEqual({ kind: 'unreachable' });
  }
  let asked = 0;
  const rebinding: Resolve = async () => [asked++ === 0 ? '198.51.101.1' : '127.0.0.1'];
  const send = webhookSender({ allowedHosts: [], resolve: rebinding, timeoutMs: 300 });
  expect((await send(message(url), signal)).kind).not.toBe('answered');
  expect((await send(message(url), signal)).kind).toBe('unreachable');
  expect([asked, reached]).toEqual([2, 0]);
});

test('WH9 the address that was checked is connected to, and a name is not asked for again', async () => {
  let asked = 0;
  const resolve: Resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['192.0.2.1']);
  const port = await listen(unused);
  // A name that no name server knows.
  const send = webhookSender({ allowedHosts: ['receiver.invalid'], resolve });
  expect(await send(message(`http://receiver.invalid:${port}/`), signal)).toEqual({
    kind: 'answered',
    status: 200,
  });
  expect(asked).toBe(1);
});

test('WH9 a public address in a network of this machine is not public', () => {
  const interfaces = {
    eth0: [{ cidr: '203.0.114.7/28' }, { cidr: '2a01:db8:1::7/64' }, { cidr: null }],
  } as unknown as ReturnType<typeof networkInterfaces>;
  for (const own of ['203.0.114.7', '203.0.114.1', '::ffff:203.0.114.1', '2a01:db8:1::99'])
    expect(isOfOwnNetwork(own, interfaces), own).toBe(true);
  for (const other of ['203.0.114.17', '2a01:db8:2::1', '8.8.8.8'])
    expect(isOfOwnNetwork(other, interfaces), other).toBe(false);
});

test('WH7 nothing is begun once the work is over', async () => {
  const over = AbortSignal.abort();
  let asked = 0;
  const resolve: Resolve = async () => {
    asked++;
    throw new Error('nobody handles this');
  };
  const send = webhookSender({ allowedHosts: [], resolve });
  await expect(send(message('https://receiver.example/'), over)).rejects.toThrow();
  expect(asked).toBe(0);
});

test.each([
  ['ftp://receiver.example/', 'invalid'],
  ['https://receiver.example/#part', 'invalid'],
  ['receiver.example', 'invalid'],
  ['https://ada:secret@receiver.example/', 'credentials'],
  ['http://receiver.example/', 'insecure'],
  ['https://receiver.example:25/', 'port'],
  ['https://receiver.example:80/', 'port'],
  ['https://intranet/', 'private'],
  ['https://printer.local/', 'private'],
  ['https://ci.internal./', 'private'],
  ['https://[::ffff:10.0.0.1]/', 'private'],
  ['https://receiver.example/hook?key=1', null],
  ['https://receiver.example:8443/', null],
  ['https://[2606:4700::1111]/', null],
])('WH9 what is wrong with %s is known before anything is sent: %s', (url, problem) => {
  expect(urlProblem(url, [])).toBe(problem);
});

test('WH9 a host that the operator allows, with this port only where one is named', () => {
  const allowed = ['ci.internal', '10.0.0.5:8080'];
  expect(urlProblem('http://ci.internal:99/', allowed)).toBeNull();
  expect(urlProblem('http://10.0.0.5:8080/', allowed)).toBeNull();
  expect(urlProblem('http://10.0.0.5/', allowed)).toBe('insecure');
  expect(urlProblem('https://10.0.0.5/', allowed)).toBe('private');
  expect(urlProblem('https://10.0.0.6/', ['10.0.0.6:443'])).toBeNull();
  expect(urlProblem('http://a:b@ci.internal/', allowed)).toBe('credentials');
});

test('WH7 a redirect is an answer, and is not followed', async () => {
  let reached = 0;
  const trap = await listen(unused, () => void reached++);
  const port = await listen((_, answer) =>
    answer.writeHead(307, { Location: `http://127.0.0.1:${trap}/` }).end(),
  );
  const send = webhookSender({ allowedHosts: [`127.0.0.1:${port}`] });
  expect(await send(message(`http://127.0.0.1:${port}/`), signal)).toEqual({
    kind: 'answered',
    status: 307,
  });
  expect(reached).toBe(0);
});

test('WH7 an answer without end, one that never comes, and nobody', async () => {
  const endless = await listen((_, answer) => {
    answer.writeHead(200);
    const timer = setInterval(() => answer.write('x'.repeat(4_000)), 5);
    answer.on('close', () => clearInterval(timer));
  });
  const slow = await listen((_, answer) => {
    answer.writeHead(200).flushHeaders();
  });
  const silent = await listen(() => {});
  const patient = webhookSender({ allowedHosts: ['127.0.0.1'] });
  const began = performance.now();
  expect(await patient(message(`http://127.0.0.1:${slow}/`), signal)).toMatchObject({
    status: 200,
  });
  expect(performance.now() - began).toBeLessThan(WEBHOOKS.timeoutMs / 2);
  const send = webhookSender({ allowedHosts: ['127.0.0.1'], timeoutMs: 500 });
  expect(await send(message(`http://127.0.0.1:${endless}/`), signal)).toEqual({
    kind: 'answered',
    status: 200,
  });
  expect(await send(message(`http://127.0.0.1:${silent}/`), signal)).toEqual({ kind: 'timeout' });
  expect(await send(message('http://127.0.0.1:1/'), signal)).toEqual({ kind: 'unreachable' });
});

test('WH7 an answer that wants to speak another protocol, or has headers without end, ends', async () => {
  const raw = createRawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
    });
  });
  const long = createRawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write(`X-Long: ${'x'.repeat(8_000)}\r\n`), 5);
      socket.on('close', () => clearInterval(timer));
    });
  });
  const send = webhookSender({ allowedHosts: ['127.0.0.1'], timeoutMs: 1_000 });
  for (const server of [raw, long]) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { kind } = await send(message(`http://127.0.0.1:${port}/`), signal);
    expect(kind).not.toBe('answered');
  }
});
