/** Puts texts into every field of HTTP: bodies, addresses, headers. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { SUBPROTOCOL_JSON, TRANSPORT_HEADERS, TRANSPORT_PATHS } from '@tandem/protocol';
import { HOSTILE_TEXTS } from '@tandem/testkit';
import { newName, newTitle, type HostileSender, type Outcomes } from './hostile-sender.ts';
import type { RunningServer } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

type Request = readonly [path: string, init?: { readonly method: string; readonly body?: object }];

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

const REQUESTS: Readonly<Record<string, (text: string, place: HostileSender['place']) => Request>> =
  {
    'PATCH /api/me name': (name) => ['/api/me', { method: 'PATCH', body: { name } }],
    'PATCH /api/documents title': (title, { own }) => [
      `/api/documents/${own}`,
      { method: 'PATCH', body: { title } },
    ],
    'POST /api/documents id, title': (text) => [
      '/api/documents',
      { method: 'POST', body: { id: text, title: text } },
    ],
    'DELETE visit': (text) => [`/api/documents/${encoded(text)}/visit`, { method: 'DELETE' }],
    'GET visit': (text) => [`/api/documents/${encoded(text)}/visit`],
    'GET /api/documents id': (text) => [`/api/documents/${encoded(text)}`],
    'GET chat id': (text) => [`/api/documents/${encoded(text)}/chat`],
    'GET chat before': (text, { own }) => [`/api/documents/${own}/chat?before=${encoded(text)}`],
    'GET chat limit': (text, { own }) => [`/api/documents/${own}/chat?limit=${encoded(text)}`],
    'GET list after': (text) => [`/api/documents?after=${encoded(text)}`],
    'GET list search': (text) => [`/api/documents?search=${encoded(text)}`],
    'GET people search': (text) => [`/api/people?search=${encoded(text)}`],
    'GET directory search': (text) => [`/api/directory?search=${encoded(text)}`],
    'POST invited email': (text, { own }) => [
      `/api/documents/${own}/invited`,
      { method: 'POST', body: { email: text, role: 'viewer' } },
    ],
    'GET feed name': (text) => [`/api/channels/${encoded(text)}/events`],
    'GET feed document': (text) => [`/api/channels/${encoded(`chat:${text}`)}/events`],
    'GET page': (text) => [`/d/${encoded(text)}`],
    'GET sign-in to': (text) => [`/sign-in?to=${encoded(text)}`],
  };

export const HTTP_FIELDS: readonly string[] = Object.keys(REQUESTS);

/** @throws when a request is a fault of the server, or an accepted text is stored with a difference. */
export async function sendRequests(
  { guest, place, expected }: Pick<HostileSender, 'guest' | 'place' | 'expected'>,
  { texts, outcomes }: { readonly texts: readonly string[]; readonly outcomes: Outcomes },
): Promise<void> {
  for (const text of texts)
    for (const [field, make] of Object.entries(REQUESTS)) {
      const [path, init] = make(text, place);
      const answer = await guest.fetch(path, init);
      const where = `${field}: ${JSON.stringify(text.slice(0, 100))}`;
      expect(answer.status, where).toBeLessThan(500);
      outcomes.add(field, answer.ok ? 'accepted' : 'refused');
      if (init?.method !== 'PATCH') {
        // A feed of a document that one of the texts has made does not end.
        await answer.body?.cancel();
        continue;
      }
      const body = await answer.text();
      if (HOSTILE_TEXTS.unstorable.includes(text)) expect(answer.status, where).toBe(400);
      const { name, title, error } = JSON.parse(body) as {
        name?: string;
        title?: string;
        error?: { message: string };
      };
      if (!answer.ok) expect(error?.message, where).toMatch(/^(Enter|This text) .*\.$/);
      else if (field.includes('/me'))
        expect(name, where).toBe((expected.name = newName.parse(text)));
      else expect(title, where).toBe((expected.title = newTitle.parse(text)));
    }
}

export const HEADER_FIELDS = ['headers of the API', 'headers of /sync', 'headers of an upgrade'];

/** HTTP clients would refuse to send these bytes. */
export async function sendHeaders(
  { server, guest: { cookie } }: { readonly server: RunningServer; readonly guest: SignedIn },
  { texts, outcomes }: { readonly texts: readonly string[]; readonly outcomes: Outcomes },
): Promise<void> {
  const exchange = async (first: string, lines: readonly string[]): Promise<number> => {
    const socket = connect(server.port, 'localhost');
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
    const host = `Host: localhost:${server.port}`;
    socket.write(`${[first, host, ...lines].join('\r\n')}\r\n\r\n`);
    await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => {});
    socket.destroy();
    return Number(answer.split(' ')[1] ?? 0);
  };
  const count = (field: string, status: number, text: string) => {
    // 501 is of Node, for a method or an encoding of transfer.
    expect(status === 501 ? 400 : status, `${field}: ${JSON.stringify(text)}`).toBeLessThan(500);
    outcomes.add(field, status >= 100 && status < 300 ? 'accepted' : 'refused');
  };
  for (const text of texts) {
    const value = text.replaceAll(/[\r\n]/g, '').slice(0, 500);
    const api = [
      `Cookie: x=${value}; ${cookie}`,
      `X-Forwarded-For: ${value}`,
      `X-Forwarded-Proto: ${value}`,
      `User-Agent: ${value}`,
      `Last-Event-ID: ${value}:1`,
      `Authorization: Bearer ${value}`,
      `Accept-Encoding: ${value}`,
      `If-None-Match: ${value}`,
    ];
    count('headers of the API', await exchange('GET /api/documents HTTP/1.1', api), text);
    const transport = Object.values(TRANSPORT_HEADERS).map((name) => `${name}: ${value}`);
    const paths = Object.values(TRANSPORT_PATHS);
    const path = paths[texts.indexOf(text) % paths.length] as string;
    const sync = [...transport, `Cookie: ${cookie}`, 'Content-Length: 0'];
    count('headers of /sync', await exchange(`POST ${path} HTTP/1.1`, sync), text);
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL_JSON}, token.${value}`,
      `Origin: ${value}`,
    ];
    const first = `GET /yjs/${encoded(value)} HTTP/1.1`;
    count('headers of an upgrade', await exchange(first, upgrade), text);
  }
}
