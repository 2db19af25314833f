/** Groups in Postgres, and on two servers of one database. */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testGroups } from '../../src/storage/groups.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { GroupScene } from '../group-scene.ts';
import { RunningServer } from '../running-server.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

describe('groups in Postgres', () => {
  testGroups(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

const ROUNDS = 3;
const RACES = 10;

test('GR6 GR9 on two nodes, who leaves a group, or whose group loses its role, loses the open document', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () =>
    RunningServer.start({ NODE_ENV: 'production', DATABASE_URL, ENGINE_WORKERS: '1' });
  const [one, other] = [await start(), await start()];
  const scene = await GroupScene.open(one, { other });
  const document = await scene.document();
  const inside = await scene.document(document);
  for (let round = 0; round < ROUNDS; round++) {
    await scene.join(scene.ned);
    expect(await scene.share(document, 'editor')).toBe(204);
    const left = await scene.opened(inside);
    await Promise.all([scene.leave(scene.ned), left.next('closed')]);
    await scene.join(scene.ned);
    const lost = await scene.opened(document);
    await Promise.all([scene.share(document, null), lost.next('closed')]);
    await scene.leave(scene.ned);
  }
  // At once on both: what is left is what was given last, by the one or the other.
  await scene.share(document, 'editor');
  await Promise.all([scene.join(scene.ned), scene.share(document, null)]);
  await expect.poll(() => scene.mayRead(document), { timeout: PROMISED_SECOND_MS }).toBe(false);
}, 120_000);

test('GR9 who leaves one group while another loses its role has what is left, on two nodes at once', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () =>
    RunningServer.start({ NODE_ENV: 'production', DATABASE_URL, ENGINE_WORKERS: '1' });
  const [one, other] = [await start(), await start()];
  const scene = await GroupScene.open(one, { other });
  const second = await scene.another('Harbour crew');
  const document = await scene.document();
  await scene.share(document, 'viewer', { group: second });
  for (let round = 0; round < RACES; round++) {
    await scene.join(scene.ned, second);
    await scene.join(scene.ned);
    await scene.share(document, 'editor');
    await Promise.all([
      scene.leave(scene.ned, second),
      setTimeout(round % 5).then(() => scene.share(document, null)),
    ]);
    // GR6: a role that ended on the other node, within a second.
    const within = { timeout: PROMISED_SECOND_MS };
    await expect.poll(() => scene.mayRead(document), within).toBe(false);
    await Promise.all([
      scene.join(scene.ned, second),
      setTimeout(round % 5).then(() => scene.share(document, 'editor')),
    ]);
    await expect.poll(() => scene.roleOf(document), within).toBe('editor');
    await scene.leave(scene.ned);
  }
}, 120_000);
