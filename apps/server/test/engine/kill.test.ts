/**
 * `kill -9` at any moment loses no acknowledged update. `KILLS=1000` for more kills, `SEED=7` to
 * repeat their timing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts';
import { temporaryDatabaseFile } from '../../src/storage/testing/temporary-database.ts';
import { SqliteJournal } from '../../src/storage/sqlite/sqlite-journal.ts';
import { bundleEngine, type EngineBundle } from './bundle.ts';

const KILLS = Number(process.env['KILLS'] ?? 6);
/** Different timing in each run. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const LONGEST_LIFE_MS = 400;
const STARTUP_MS = 30_000;

let bundle: EngineBundle;
beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle[Symbol.asyncDispose]());

async function acknowledgedBeforeKill(
  path: string,
  run: number,
  lifeMs: number,
): Promise<string[]> {
  const child = spawn(process.execPath, [bundle.path('append-process.js'), path, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await Promise.race([once(child.stdout, 'data'), sleep(STARTUP_MS, undefined, { ref: false })]);
  await sleep(lifeMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  // Drops the last line: if the kill truncated it, its update is unknown.
  return output.split('\n').slice(0, -1);
}

test(
  `${KILLS} kills, seed ${SEED}: nothing acknowledged is lost, nothing is there twice, no row is missing`,
  async () => {
    const path = await temporaryDatabaseFile();
    const random = new SeededRandom(SEED);
    const acknowledged: string[] = [];
    for (let run = 0; run < KILLS; run++) {
      const lines = await acknowledgedBeforeKill(path, run, random.int(0, LONGEST_LIFE_MS));
      expect(lines.length).toBeGreaterThan(0);
      acknowledged.push(...lines);
    }

    const present: string[] = [];
    await using journal = SqliteJournal.open(path);
    for (const document of new Set(acknowledged.map((line) => line.split(' ')[0]!))) {
      const stored = await journal.load(document);
      expect(stored!.rows.map((row) => row.offset)).toEqual(
        stored!.rows.map((_, i) => stored!.snapshotOffset + i + 1),
      );
      const doc = new Y.Doc();
      doc.transact(() => {
        if (stored!.snapshot !== null) Y.applyUpdate(doc, stored!.snapshot);
        for (const row of stored!.rows) Y.applyUpdate(doc, row.update);
      });
      expect(doc.store.pendingStructs).toBeNull();
      for (const line of doc.getArray<string>('lines')) present.push(`${document} ${line}`);
    }
    const all = new Set(present);
    expect(present.length - all.size, 'lines that are there twice').toBe(0);
    expect(
      acknowledged.filter((line) => !all.has(line)),
      'lines that are lost',
    ).toEqual([]);

    const sqlite = openSqlite(path);
    expect(sqlite.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    sqlite.close();
  },
  60_000 + KILLS * 3_000,
);
