import { expect, inject, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { command, create, newDocument, runCommand, subscribe } from '../event-client.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn } from '../signed-in.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

test('TM2 a person on another node hears of a template within a second, and finds it in their list', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  const [one, other] = await Promise.all([start(), start()]);
  const owner = await NativeClient.onAuthenticated(one, { guest: await signIn(one) });
  const bob = await signIn(other);
  const reader = await NativeClient.onAuthenticated(other, { guest: bob });
  const document = newDocument();
  await runCommand(owner, create(document));
  await subscribe(reader, 'library');
  const hears = (name: string) =>
    reader.next('events', ({ events }) =>
      events.some((event) => event.name === name && JSON.stringify(event).includes(document)),
    );
  await reader.open(document);
  await hears('document:listed');
  const beganMs = performance.now();
  const input = { document, isTemplate: true };
  await runCommand(owner, command({ name: 'document:template', input }));
  await hears('document:templated');
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
  const later = await NativeClient.onAuthenticated(other, { guest: bob });
  const { state } = await subscribe(later, 'library');
  expect(state).toMatchObject({
    documents: expect.arrayContaining([
      expect.objectContaining({ id: document, isTemplate: true }) as object,
    ]) as object,
  });
}, 60_000);
