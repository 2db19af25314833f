/** Text that no database, encoder or screen can hold, in every field that takes text: nobody is harmed by it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { create, newDocument, say } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';

/** Longer than members and titles are gathered before they are sent. */
const GATHERED_MS = 600;

it('a name that is U+0000 is refused, and ends neither the server nor a JSON client in the same room', async () => {
  const server = await RunningServer.start();
  const guest = await signIn(server);
  const document = newDocument();
  const author = await NativeClient.introduced(server, { guest });
  await say(author, create(document));
  await author.open(document);
  const witness = await NativeClient.introduced(server, { format: 'json' });
  await witness.open(document, { client: 2 });
  const answer = await guest.fetch('/api/me', { method: 'PATCH', body: { name: '\u0000' } });
  await sleep(GATHERED_MS);
  expect(server.alive).toBe(true);
  expect([author.closed, witness.closed]).toEqual([null, null]);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { message: 'Enter a name that can be seen.' },
  });
});
