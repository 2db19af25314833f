/** API tokens over HTTP: rules AT1 to AT9 in `src/accounts/README.md`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TOKEN_HEADER, type DocumentSummary, type User } from '@tandem/protocol';
import { API_SCOPES, type ApiTokens } from '@tandem/protocol/api-tokens';
import { askWith, makeToken } from './api-tokens.ts';
import { command, runCommand } from './event-client.ts';
import { createPage } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { PASSWORD, postToAccount, signUp } from './signed-up.ts';
import { REQUEST_RATES } from '../src/limits.ts';

const server = await RunningServer.start({}, atEndOfFile());
const ME = { path: '/me' };

async function listed(person: SignedIn): Promise<ApiTokens['tokens']> {
  const answer = await person.fetch('/api/account/tokens');
  return ((await answer.json()) as ApiTokens).tokens;
}

test('AT2 a token is shown once, and listed by what its person recognises it', async () => {
  const ada = await signUp(server);
  const began = Date.now();
  const token = await makeToken(ada, ['documents:read', 'search:read'], 30);
  const answer = await ada.fetch('/api/account/tokens');
  const text = await answer.text();
  expect(text).not.toContain(token);
  const [only] = (JSON.parse(text) as ApiTokens).tokens;
  expect(only).toMatchObject({
    ...{ name: 'Token of a test', beginning: token.slice(0, 15) },
    ...{ scopes: ['documents:read', 'search:read'], usedAt: null },
  });
  const days = ((only?.expiresAt ?? 0) - began) / (24 * 60 * 60_000);
  expect(days).toBeCloseTo(30, 2);
  await askWith(server, token, ME);
  await expect.poll(async () => (await listed(ada))[0]?.usedAt).toBeGreaterThanOrEqual(began);
});

test('AT2 neither the log nor an answer has a token', async () => {
  const ada = await signUp(server);
  const token = await makeToken(ada, ['documents:read']);
  for (const path of [
    '/me',
    '/documents',
    '/nowhere',
    '/documents/none',
    `/search?text=${'a'.repeat(9_000)}`,
  ])
    expect(await (await askWith(server, token, { path })).text()).not.toContain(token);
  await askWith(server, token, { path: '/documents', method: 'POST', body: token });
  expect(server.output).not.toContain(token.slice(7));
});

test('AT1 a guest makes no token, and a token makes none', async () => {
  const guest = await signIn(server);
  const body = { name: 'Bot', scopes: ['documents:read'], days: null };
  expect((await guest.fetch('/api/account/tokens', { method: 'POST', body })).status).toBe(403);
  const token = await makeToken(await signUp(server), API_SCOPES);
  const ask = { path: '/account/tokens', method: 'POST', body };
  expect((await askWith(server, token, ask)).status).toBe(403);
});

test.each([
  { scopes: [] },
  { scopes: ['everything'] },
  { scopes: ['documents:read'], name: ' ' },
  { scopes: ['documents:read'], days: 0 },
  { scopes: ['documents:read'], days: 1e9 },
  { scopes: ['documents:read'], user: 'another' },
])('refuses %j', async (wrong) => {
  const ada = await signUp(server);
  const body = { name: 'Bot', days: null, ...wrong };
  expect((await ada.fetch('/api/account/tokens', { method: 'POST', body })).status).toBe(400);
  expect(await listed(ada)).toEqual([]);
});

test('AT3 with a token, the cookie and the session’s token count for nothing', async () => {
  const [ada, bob] = [await signUp(server), await signUp(server)];
  const token = await makeToken(ada, ['documents:write']);
  for (const headers of [{ Cookie: bob.cookie }, { [TOKEN_HEADER]: bob.token }]) {
    const answer = await askWith(server, token, { ...ME, headers });
    expect(((await answer.json()) as User).id).toBe(ada.user.id);
    const search = await askWith(server, token, { path: '/search?text=a', headers });
    expect(search.status).toBe(403);
    // Nor is that session ended, or renewed, by it.
    const end = { path: '/session/end', method: 'POST', headers };
    const ended = await askWith(server, token, end);
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([403, null]);
  }
  expect((await bob.fetch('/api/me')).status).toBe(200);
});

test('AT3 what proxies send for themselves leaves the session as it is', async () => {
  const ada = await signUp(server);
  for (const Authorization of ['Bearer eyJhbGciOi.of.a-proxy', 'Basic dXNlcjpwYXNz'])
    expect((await ada.fetch('/api/me', { headers: { Authorization } })).status).toBe(200);
});

test('AT3 a token opens no socket and no feed, and is in no address', async () => {
  const ada = await signUp(server);
  const token = await makeToken(ada, API_SCOPES);
  const socket = new NativeClient(server);
  await socket.opened();
  socket.hello(token);
  expect((await socket.end()).code).toBe(4401);
  const feed = await fetch(`${server.url}/api/channels/library/events`, {
    headers: { Authorization: `Bearer ${token}`, Cookie: ada.cookie },
  });
  expect(feed.status).toBe(401);
  const address = `${server.url}/api/me?access_token=${token}&token=${token}`;
  expect((await fetch(address)).status).toBe(401);
});

test('AT4 a token does no more than its person, in documents of others', async () => {
  const [ada, bob] = [await signUp(server), await signUp(server)];
  const theirs = await createPage(bob);
  const token = await makeToken(ada, API_SCOPES);
  const path = `/documents/${theirs}`;
  // Everyone with the link may write; then the link is off.
  expect((await askWith(server, token, { path })).status).toBe(200);
  const owner = await NativeClient.onAuthenticated(server, { guest: bob });
  const input = { document: theirs, link: 'view' } as const;
  await runCommand(owner, command({ name: 'link:change', input }));
  const body = { title: 'By a token' };
  expect((await askWith(server, token, { path, method: 'PATCH', body })).status).toBe(403);
  await runCommand(owner, command({ name: 'link:change', input: { ...input, link: 'off' } }));
  expect((await askWith(server, token, { path })).status).toBe(404);
  const own = (await (await bob.fetch(`/api${path}`)).json()) as DocumentSummary;
  expect(own.title).not.toBe(body.title);
});

test('AT4 HEAD needs what GET needs', async () => {
  const token = await makeToken(await signUp(server), ['search:read']);
  expect((await askWith(server, token, { path: '/documents', method: 'HEAD' })).status).toBe(403);
  expect((await askWith(server, token, { ...ME, method: 'HEAD' })).status).toBe(200);
});

test('AT5 a token ends at once, for its own person only', async () => {
  const [ada, bob] = [await signUp(server), await signUp(server)];
  const token = await makeToken(ada, ['documents:read']);
  const other = await makeToken(ada, ['documents:read']);
  const ended = (await listed(ada)).find(({ beginning }) => token.startsWith(beginning));
  const end = (by: SignedIn) => postToAccount(by, 'tokens/end', { token: ended?.id });
  expect((await end(bob)).status).toBe(204);
  expect((await askWith(server, token, ME)).status).toBe(200);
  expect((await end(ada)).status).toBe(204);
  expect((await askWith(server, token, ME)).status).toBe(401);
  expect((await askWith(server, other, ME)).status).toBe(200);
});

test('AT6 a new password ends all tokens, and a sign-out none', async () => {
  const ada = await signUp(server);
  const token = await makeToken(ada, ['documents:read']);
  const body = { current: PASSWORD, password: `${PASSWORD} and more` };
  expect((await postToAccount(ada, 'sessions/end', { session: null })).status).toBe(204);
  expect((await askWith(server, token, ME)).status).toBe(200);
  expect((await postToAccount(ada, 'password', body)).status).toBe(204);
  expect((await askWith(server, token, ME)).status).toBe(401);
});

test('AT7 requests with tokens of one person count together', async () => {
  const ada = await signUp(server);
  const tokens = [await makeToken(ada, ['documents:read']), await makeToken(ada, ['search:read'])];
  // Too few for a bucket of each, and more than enough for one, also where a busy machine lets it refill.
  const count = 2 * REQUEST_RATES.reads.burst - 10;
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) => askWith(server, tokens[i % 2] as string, ME)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  await sleep(1_500);
  expect((await ada.fetch('/api/me')).status).toBe(200);
});

test('AT8 a page of another site does nothing with a token either', async () => {
  const token = await makeToken(await signUp(server), ['documents:write']);
  const headers = { Origin: 'https://evil.example' };
  const ask = { path: '/documents', method: 'POST', body: { id: 'page-of-another-site' }, headers };
  expect((await askWith(server, token, ask)).status).toBe(403);
  const answer = await askWith(server, token, { ...ME, headers });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});
