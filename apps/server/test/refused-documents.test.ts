/** What a command to create a document leaves behind when it is refused. */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { command, create, newDocument, runCommand } from './event-client.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';

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
  const database = new DatabaseSync(join(server.dataDir, 'tandem.db'), { timeout: 10_000 });
  const rows = database.prepare('select distinct document from journal');
  const documents = (rows.all() as { document: string }[]).map(({ document }) => document);
  database.close();
  expect(documents).toEqual(expect.arrayContaining([around, inside]));
  expect(documents).not.toContain(refused);
});
