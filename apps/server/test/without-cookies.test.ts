/** A browser or network without cookies: the page's token identifies the session. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  chatPage,
  libraryPage,
  MAX_CHAT_PAGE,
  metPeople,
  TOKEN_HEADER,
  type Session,
} from '@tandem/protocol';
import { chat, create, newDocument, runCommand } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let server: RunningServer;
let stripped: Session;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

const ask = (path: string, token: string | null, method = 'GET') =>
  fetch(server.url + path, { method, headers: token === null ? {} : { [TOKEN_HEADER]: token } });
const begin = async (token: string | null) => await ask('/api/session', token, 'POST');

beforeAll(async () => {
  stripped = (await (await begin(null)).json()) as Session;
});

test('older chat, lists and people are read by the token', async () => {
  const owner = await signIn(server);
  const author = await NativeClient.onAuthenticated(server, { guest: owner });
  const document = newDocument();
  await runCommand(author, create(document));
  for (let number = 1; number <= MAX_CHAT_PAGE + 5; number++)
    await runCommand(author, chat(document, `Reading ${number}`));
  const client = await NativeClient.onAuthenticated(server, { guest: { ...owner, ...stripped } });
  await client.open(document, { client: 2 });
  const get = async (path: string): Promise<unknown> => {
    const answer = await ask(path, stripped.token);
    expect(answer.status, path).toBe(200);
    return await answer.json();
  };
  const { messages } = chatPage.parse(await get(`/api/documents/${document}/chat?before=6`));
  expect(messages.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((n) => `Reading ${n}`));
  await expect
    .poll(async () => libraryPage.parse(await get('/api/documents?search=tide')).documents)
    .toMatchObject([{ id: document }]);
  await get(`/api/documents/${document}/visit`);
  const { people } = metPeople.parse(await get('/api/people?search='));
  expect(people.map(({ user }) => user.id)).toEqual([owner.user.id]);
  expect(await get('/api/me')).toEqual(stripped.user);
});

test('a session is renewed by its token, and stays that of the same person', async () => {
  const again = await begin(stripped.token);
  // The server stores only a digest of the cookie.
  expect(again.headers.get('set-cookie')).toBeNull();
  expect(((await again.json()) as Session).user).toEqual(stripped.user);
});

describe('a token', () => {
  test('that is none, or of a session that ended, is nobody’s', async () => {
    for (const token of ['', 'x', `${stripped.token}x`, 'ÿ'])
      expect((await ask('/api/me', token)).status, token).toBe(401);
    const { token, user } = (await (await begin(null)).json()) as Session;
    expect((await ask('/api/session/end', token, 'POST')).status).toBe(204);
    expect((await ask('/api/me', token)).status).toBe(401);
    expect(((await (await begin(token)).json()) as Session).user.id).not.toBe(user.id);
  });

  test('is not read where there is a cookie', async () => {
    const guest = await signIn(server);
    const headers = { [TOKEN_HEADER]: stripped.token };
    expect(await (await guest.fetch('/api/me', { headers })).json()).toEqual(guest.user);
  });

  test('may be sent by pages of sites in ALLOWED_ORIGINS alone', async () => {
    const answer = await fetch(`${server.url}/api/me`, {
      method: 'PATCH',
      headers: { [TOKEN_HEADER]: stripped.token, Origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });
});
