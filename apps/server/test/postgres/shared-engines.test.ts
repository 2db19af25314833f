/** Engines over one journal in Postgres, with answers that get lost and without a bus. */
import type { EngineRequest } from '@tandem/sync';
import { SeededRandom } from '@tandem/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { createLocalEngine } from '../../src/engine/local-engine.ts';
import type { Engine, EngineNotice } from '../../src/engine/port.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { PostgresLink } from './postgres-link.ts';

const ENGINES = 3;
const UPDATES = 150;

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Types into one document, and keeps what the engine sends. */
class Writer {
  readonly doc = new Y.Doc();
  readonly received = new Y.Doc();
  readonly notices: EngineNotice[] = [];
  acknowledged = 0;
  #sent = 0;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.onNotices((notices) => notices.forEach((notice) => this.#handle(notice)));
    this.#request({ kind: 'open', document: 'a', subscription: 1, user: 'ada' });
  }

  get conflicts(): number {
    return this.#engine.stats().shards.reduce((sum, shard) => sum + shard.conflicts, 0);
  }

  write(text: string): void {
    this.doc.once('update', (update: Uint8Array) => {
      const cseq = ++this.#sent;
      const user = 'ada';
      this.#request({ kind: 'append', document: 'a', subscription: 1, cseq, user, update });
    });
    this.doc.getText('text').insert(0, text);
  }

  #request(request: EngineRequest): void {
    this.#engine.request(request);
  }

  #handle(notice: EngineNotice): void {
    if (notice.kind !== 'latency' && notice.kind !== 'appended') this.notices.push(notice);
    if (notice.kind !== 'committed') return;
    for (const update of notice.updates) Y.applyUpdate(this.received, update);
    for (const { cseq } of notice.acks) this.acknowledged = cseq;
  }
}

function openJournal(url: string): PostgresJournal {
  return new PostgresJournal(new Postgres({ url, connections: 2, name: 'test' }));
}

test.each(['reliable', 'cut'] as const)(
  'CL2 CL5 CL13 all that several engines write at once is there once, over a %s connection',
  async (kind) => {
    const url = await server.createDatabase();
    const db = await openPostgres(new Postgres({ url, connections: 1, name: 'test' }), {
      clock: systemClock,
    });
    await db.destroy();
    const random = new SeededRandom(3);
    // Some stay longer: otherwise no answer with many rows would ever come through.
    const bytesUntilCut = () => {
      if (kind === 'reliable') return Number.POSITIVE_INFINITY;
      return random.chance(0.8) ? random.int(500, 6_000) : random.int(50_000, 200_000);
    };
    await using cutting = await PostgresLink.start(server.folder, { faults: { bytesUntilCut } });
    const cut = cutting.through(url);
    const engines = Array.from({ length: ENGINES }, () =>
      createLocalEngine({ journal: openJournal(cut), isShared: true }),
    );
    onTestFinished(async () => {
      for (const engine of engines) await engine[Symbol.asyncDispose]();
    });
    await engines[0]!.create({ document: 'a', kind: 'data', user: 'ada' });
    const writers = engines.map((engine) => new Writer(engine));
    await expect
      .poll(() => writers.flatMap(({ notices }) => notices.map(({ kind }) => kind)))
      .toEqual(writers.map(() => 'answered'));
    for (let i = 0; i < UPDATES; i++) {
      writers.forEach((writer, place) => writer.write(`[${place}.${i}]`));
      await sleep(2);
    }
    await expect
      .poll(() => writers.map(({ acknowledged }) => acknowledged), { timeout: 60_000 })
      .toEqual(writers.map(() => UPDATES));
    await using journal = openJournal(url);
    const stored = (await journal.load('a'))!;
    engines.forEach((engine) =>
      engine.follow({
        kind: 'moved',
        document: 'a',
        epoch: stored.epoch,
        head: stored.rows.length,
      }),
    );
    const doc = new Y.Doc();
    for (const { update } of stored.rows) Y.applyUpdate(doc, update);
    const text = doc.getText('text').toString();
    expect(text.match(/\[\d+\.\d+\]/g)).toHaveLength(ENGINES * UPDATES);
    await expect
      .poll(() => writers.map(({ received }) => received.getText('text').toString() === text))
      .toEqual(writers.map(() => true));
    const lost = writers.flatMap(({ notices }) => notices.filter(({ kind }) => kind === 'lost'));
    expect(lost).toEqual([]);
    if (kind === 'cut') expect(cutting.link.cuts).toBeGreaterThan(0);
    expect(Math.max(...writers.map(({ conflicts }) => conflicts))).toBeGreaterThan(0);
  },
  120_000,
);
