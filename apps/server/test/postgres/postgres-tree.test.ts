import { SeededRandom } from '@tandem/testkit';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testDocumentTree } from '../../src/storage/document-tree.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { command, create, newDocument, runCommand } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn } from '../signed-in.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

describe('the tree in Postgres', () => {
  testDocumentTree(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  }, 12);
});

async function startNodes() {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  return await Promise.all([start(), start()]);
}

interface TreeRow {
  readonly id: string;
  readonly parent: string | null;
}

test('TR3 TR4 moves on two nodes at the same time never make a cycle, and all see the same tree', async () => {
  const nodes = await startNodes();
  const ada = await signIn(nodes[0]);
  const clients = await Promise.all(
    nodes.map((node) => NativeClient.onAuthenticated(node, { guest: ada })),
  );
  const ids = Array.from({ length: 8 }, () => newDocument());
  for (const document of ids) await runCommand(clients[0]!, create(document));
  const random = new SeededRandom(7);
  const answers = clients.flatMap((client) =>
    Array.from({ length: 30 }, () => {
      const input = {
        document: random.pick(ids),
        parent: random.chance(0.1) ? null : random.pick(ids),
        position: random.pick(['a0', 'a1', 'a2']),
      };
      const message = command({ name: 'document:move', input });
      client.send(message);
      return { client, id: message.id };
    }),
  );
  await eventually('all are answered', () =>
    answers.every(({ client, id }) =>
      client.received.some(
        (message) => (message.type === 'done' || message.type === 'refused') && message.id === id,
      ),
    ),
  );
  const trees = await Promise.all(
    nodes.map(async (node) => {
      const rows: TreeRow[] = [];
      const queue: (string | null)[] = [null];
      for (const parent of queue) {
        const path = parent === null ? '' : `?in=${parent}`;
        const response = await fetch(`${node.url}/api/documents/tree${path}`, {
          headers: { Cookie: ada.cookie },
        });
        const page = (await response.json()) as { readonly documents: readonly TreeRow[] };
        for (const { id } of page.documents.filter(({ id }) => ids.includes(id))) {
          rows.push({ id, parent });
          queue.push(id);
        }
      }
      return rows;
    }),
  );
  expect(trees[0]).toEqual(trees[1]);
  // A cycle could not be reached from the top.
  expect(trees[0]?.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
}, 60_000);

test('TR5 W36 an open document on another node follows the document around it', async () => {
  const [one, other] = await startNodes();
  const [ada, bob] = [await signIn(one), await signIn(other)];
  const owner = await NativeClient.onAuthenticated(one, { guest: ada });
  const guest = await NativeClient.onAuthenticated(other, { guest: bob });
  const [plan, page] = [newDocument(), newDocument()];
  await runCommand(owner, create(plan));
  await runCommand(
    owner,
    command({ name: 'document:create', input: { document: page, parent: plan } }),
  );
  const { channel } = await guest.open(page);
  const beganMs = performance.now();
  const move = { document: page, parent: null, position: 'a0' };
  await runCommand(owner, command({ name: 'document:move', input: move }));
  expect(await guest.next('closed')).toMatchObject({ channel });
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
}, 60_000);
