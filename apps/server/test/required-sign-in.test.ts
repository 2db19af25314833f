/** Servers on which people sign in, and who may have an account there: AC12 to AC14 and AC19. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { NewInvitation, ServerAdministration } from '@tandem/protocol/accounts';
import { createPage } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, withCookie, type SignedIn } from './signed-in.ts';
import { newAddress, PASSWORD, signUp, type SignedUp } from './signed-up.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

describe('a server that requires people to sign in', () => {
  const closed = atEndOfFile();
  let own: RunningServer;
  let ada: SignedUp;
  let guest: SignedIn;
  const change = async (settings: object): Promise<number> =>
    (await ada.fetch('/api/server', { method: 'PATCH', body: settings })).status;
  const askToSignUp = (who: SignedIn | null, body: object): Promise<Response> =>
    fetch(`${own.url}/api/account/sign-up`, {
      method: 'POST',
      headers: who === null ? {} : { Cookie: who.cookie },
      body: JSON.stringify(body),
    });

  beforeAll(async () => {
    own = await RunningServer.start({ NODE_ENV: 'production' }, closed);
    guest = await signIn(own);
    ada = await signUp(own);
  });

  test('AC14 only administrators change settings, and read them', async () => {
    const bob = await signUp(own);
    for (const person of [guest, bob]) {
      const answers = await Promise.all([
        person.fetch('/api/server'),
        person.fetch('/api/server', { method: 'PATCH', body: { registration: 'closed' } }),
        person.fetch('/api/server/invitations', { method: 'POST' }),
        person.fetch('/api/server/invitations/end', { method: 'POST', body: { invitation: 'x' } }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    }
    expect((await ada.fetch('/api/server')).status).toBe(200);
  });

  test('AC12 sends guests away within a second, and keeps what they wrote for their account', async () => {
    const document = await createPage(guest);
    const socket = await NativeClient.onAuthenticated(own, { guest });
    const kept = await NativeClient.onAuthenticated(own, { guest: ada });
    const began = performance.now();
    expect(await change({ signIn: 'required' })).toBe(204);
    expect((await socket.end()).code).toBe(4401);
    expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
    kept.send({ type: 'ping', channel: 0, nonce: 1 });
    await kept.next('pong');
    expect((await guest.fetch('/api/documents')).status).toBe(401);
    const session = { method: 'POST', headers: { Cookie: guest.cookie } };
    expect((await fetch(`${own.url}/api/session`, session)).status).toBe(401);
    expect((await fetch(`${own.url}/api/session`, { method: 'POST' })).status).toBe(401);
    const late = new NativeClient(own);
    await late.opened();
    late.hello(guest.token);
    expect((await late.end()).code).toBe(4401);
    const email = newAddress();
    const answer = await askToSignUp(guest, { email, password: PASSWORD });
    const person = await withCookie(own, answer);
    expect(person.user.id).toBe(guest.user.id);
    expect((await person.fetch(`/api/documents/${document}`)).status).toBe(200);
    const newcomer = await askToSignUp(null, { email: newAddress(), password: PASSWORD });
    expect((await withCookie(own, newcomer)).user.id).not.toBe(guest.user.id);
    expect(await change({ signIn: 'optional' })).toBe(204);
  });

  test('AC13 takes new accounts by invitation, each of them once, or none', async () => {
    expect(await change({ registration: 'invitation' })).toBe(204);
    const visitor = await signIn(own);
    const body = { email: newAddress(), password: PASSWORD };
    expect((await askToSignUp(visitor, body)).status).toBe(403);
    const made = await ada.fetch('/api/server/invitations', { method: 'POST' });
    const { token } = (await made.json()) as NewInvitation;
    const racing = await Promise.all(
      [visitor, await signIn(own)].map((who) =>
        askToSignUp(who, { ...body, email: newAddress(), invitation: token }),
      ),
    );
    expect(racing.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    const again = await ada.fetch('/api/server/invitations', { method: 'POST' });
    const { token: second } = (await again.json()) as NewInvitation;
    const list = (await (await ada.fetch('/api/server')).json()) as ServerAdministration;
    expect(list.invitations).toHaveLength(1);
    const id = list.invitations[0]!.id;
    expect(id).not.toBe(second);
    await ada.fetch('/api/server/invitations/end', { method: 'POST', body: { invitation: id } });
    const withdrawn = await askToSignUp(await signIn(own), { ...body, invitation: second });
    expect(withdrawn.status).toBe(403);
    expect(await change({ registration: 'open' })).toBe(204);
  });
});

test('AC19 where guests are not allowed, nobody gets an account without a guest’s session or an invitation', async () => {
  const closed = await RunningServer.start({ ALLOW_GUESTS: 'false' });
  const answer = await fetch(`${closed.url}/api/account/sign-up`, {
    method: 'POST',
    headers: { origin: closed.url, 'content-type': 'application/json' },
    body: JSON.stringify({ email: newAddress(), password: PASSWORD }),
  });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('people who were invited');
});
