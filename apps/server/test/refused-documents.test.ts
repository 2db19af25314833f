/** What a command to create a document leaves behind when it is refused. */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { command, create, newDocument, runCommand } from './event-client.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';

function contents({ dataDir }: RunningServer): string[] {
  const database = new DatabaseSync(join(dataDir, 'tandem.db'), { timeout: 10_000 });
  const rows = database.prepare('select distinct document from journal').all();
  database.close();
  return (rows as { document: string }[]).map(({ document }) => document);
}

const createIn = (document: string, parent: string) =>
  command({ name: 'document:create', input: { document, parent } });

test('TR7 a document that may not be created has no content, one inside a new one has', async () => {
  const server = await RunningServer.start();
  const client = await NativeClient.onAuthenticated(server, { guest: await signIn(server) });
  const [around, inside, refused] = [newDocument(), newDocument(), newDocument()];
  const nowhere = createIn(refused, newDocument());
  client.send(nowhere);
  // In one batch: the second waits for the first.
  client.send(create(around));
  await runCommand(client, createIn(inside, around));
  await eventually('the command is refused', () =>
    client.received.some((message) => message.type === 'refused' && message.id === nowhere.id),
  );
  const documents = contents(server);
  expect(documents).toEqual(expect.arrayContaining([around, inside]));
  expect(documents).not.toContain(refused);
});

test('a document that is created over HTTP has content', async () => {
  const server = await RunningServer.start();
  const guest = await signIn(server);
  const document = newDocument();
  const body = { id: document, title: 'Plan' };
  for (let i = 0; i < 2; i++) {
    const answer = await guest.fetch('/api/documents', { method: 'POST', body });
    expect(answer.status).toBe(200);
  }
  expect(contents(server)).toContain(document);
});
