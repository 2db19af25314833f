/** A command that takes the database too long stops nobody else's. */
import { Client } from 'pg';
import { inject, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { chat, command, create, newDocument, runCommand } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn } from '../signed-in.ts';

test('W28 a command beyond the statement timeout is refused, and others go on', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const server = await RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  const [ada, vic] = [await signIn(server), await signIn(server)];
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const other = await NativeClient.onAuthenticated(server, { guest: vic });
  const [slow, quick] = [newDocument(), newDocument()];
  await runCommand(owner, create(slow));
  await runCommand(other, create(quick));
  const db = new Client({ connectionString: DATABASE_URL });
  await db.connect();
  await db.query(`create function wait() returns trigger language plpgsql as
    $$ begin perform pg_sleep(60); return new; end $$`);
  await db.query(`create trigger wait before update on document for each row
    when (new.title = 'slow') execute function wait()`);
  await db.end();
  const rename = command({ name: 'document:rename', input: { document: slow, title: 'slow' } });
  const message = chat(quick, 'meanwhile');
  owner.send(rename);
  other.send(message);
  await eventually(
    'both commands are answered',
    () =>
      owner.received.some(({ type, ...rest }) => type === 'refused' && isAbout(rest, rename)) &&
      other.received.some(({ type, ...rest }) => type === 'done' && isAbout(rest, message)),
    40_000,
  );
  await runCommand(other, chat(quick, 'afterwards'));
}, 60_000);

function isAbout(answer: object, { id }: { readonly id: string }): boolean {
  return 'id' in answer && answer.id === id;
}
