/** Several writers of one journal in Postgres, and answers that get lost. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import type { Batch } from '@tandem/sync';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { PostgresLink } from './postgres-link.ts';

const EPOCH = 'life';
const DOCUMENTS = ['a', 'b', 'c', 'd', 'e', 'f'];

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

async function createDocuments(): Promise<string> {
  const url = await server.createDatabase();
  const db = await openPostgres(new Postgres({ url, connections: 1, name: 'test' }), {
    clock: systemClock,
  });
  await db.destroy();
  const journal = openJournal(url);
  for (const document of DOCUMENTS) await journal.create({ document, epoch: EPOCH, kind: 'data' });
  return url;
}

function openJournal(url: string): PostgresJournal {
  const journal = new PostgresJournal(new Postgres({ url, connections: 2, name: 'test' }));
  onTestFinished(() => journal[Symbol.asyncDispose]());
  return journal;
}

async function openClient(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Appends to random documents until each of its batches is committed, following what others append. */
class Node {
  readonly acknowledged: Batch[] = [];
  conflicts = 0;
  busy = 0;
  failures = 0;
  readonly #journal: PostgresJournal;
  readonly #random: SeededRandom;
  readonly #known = new Map<string, { head: number; tail: string | null }>();

  constructor(journal: PostgresJournal, random: SeededRandom) {
    this.#journal = journal;
    this.#random = random;
  }

  async work(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const documents = this.#random.shuffle(DOCUMENTS).slice(0, this.#random.int(1, 4));
      let waiting = documents.map((document) => this.#batch(document));
      while (waiting.length > 0) waiting = await this.#append(waiting);
    }
  }

  #batch(document: string): Batch {
    const { head: base, tail } = this.#known.get(document) ?? { head: 0, tail: null };
    const rows = Array.from({ length: this.#random.int(1, 3) }, (_, at) => ({
      offset: base + 1 + at,
      update: Uint8Array.of(128 + at, this.#random.int(0, 255)),
      user: 'ada',
      subscription: 1,
      cseq: 1,
      at: 1,
    }));
    return {
      document,
      epoch: EPOCH,
      id: randomUUID(),
      base,
      tail,
      rows,
      owners: new Map(),
      bytes: 0,
    };
  }

  /** @returns what is to be appended again. */
  async #append(batches: readonly Batch[]): Promise<Batch[]> {
    let outcomes;
    try {
      outcomes = await this.#journal.append(batches);
    } catch (error) {
      if (!(error instanceof StorageError && error.retryable)) throw error;
      this.failures++;
      return [...batches];
    }
    const again: Batch[] = [];
    for (const [at, batch] of batches.entries()) {
      const { document, base, rows, id } = batch;
      if (outcomes[at] === 'committed') {
        this.acknowledged.push(batch);
        const known = this.#known.get(document)?.head ?? 0;
        if (base + rows.length > known)
          this.#known.set(document, { head: base + rows.length, tail: id });
      } else if (outcomes[at] === 'busy') {
        this.busy++;
        again.push(batch);
      } else {
        this.conflicts++;
        await this.#follow(document);
        again.push(this.#batch(document));
      }
    }
    return again;
  }

  async #follow(document: string): Promise<void> {
    const { head: offset, tail } = this.#known.get(document) ?? { head: 0, tail: null };
    for (;;) {
      try {
        const later = await this.#journal.readLater(document, { epoch: EPOCH, offset, tail });
        if (later === null) throw new Error(`${document}: nothing to follow from ${offset}`);
        this.#known.set(document, { head: offset + later.rows.length, tail: later.tail });
        return;
      } catch (error) {
        if (!(error instanceof StorageError && error.retryable)) throw error;
        this.failures++;
      }
    }
  }
}

async function expectEachOnce(journal: PostgresJournal, nodes: readonly Node[]): Promise<void> {
  for (const document of DOCUMENTS) {
    const stored = await journal.load(document);
    const acknowledged = nodes.flatMap((node) =>
      node.acknowledged.filter((batch) => batch.document === document),
    );
    const expected = acknowledged
      .flatMap(({ rows }) => rows)
      .toSorted((one, other) => one.offset - other.offset)
      .map(({ offset, update }) => ({ offset, update }));
    expect(stored?.rows).toEqual(expected);
  }
}

test('writers of the same documents lose nothing, write nothing twice, and never wait for each other in a ring', async () => {
  const url = await createDocuments();
  const nodes = [1, 2, 3, 4].map((seed) => new Node(openJournal(url), new SeededRandom(seed)));
  await Promise.all(nodes.map((node) => node.work(100)));
  await expectEachOnce(openJournal(url), nodes);
  expect(nodes.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBeGreaterThan(0);
  const client = await openClient(url);
  const { rows } = await client.query(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(rows).toEqual([{ deadlocks: '0' }]);
});

test('a batch whose answer is lost is written once', async () => {
  const url = await createDocuments();
  const random = new SeededRandom(7);
  const faults = { bytesUntilCut: () => random.int(400, 12_000) };
  await using cutting = await PostgresLink.start(server.folder, { faults });
  const cut = cutting.through(url);
  const nodes = [5, 6].map((seed) => new Node(openJournal(cut), new SeededRandom(seed)));
  await Promise.all(nodes.map((node) => node.work(100)));
  await expectEachOnce(openJournal(url), nodes);
  expect(cutting.link.cuts).toBeGreaterThan(20);
});

test('a document that somebody holds is busy, and the others are written', async () => {
  const url = await createDocuments();
  const holder = await openClient(url);
  await holder.query('begin');
  await holder.query("select from journal where document = 'b' for update");
  const journal = openJournal(url);
  const batch = (document: string): Batch => ({
    document,
    epoch: EPOCH,
    id: `batch-of-${document}`,
    base: 0,
    tail: null,
    rows: [{ offset: 1, update: Uint8Array.of(1), user: 'a', subscription: 1, cseq: 1, at: 1 }],
    owners: new Map(),
    bytes: 1,
  });
  const batches = ['a', 'b', 'c'].map(batch);
  expect(await journal.append(batches)).toEqual(['committed', 'busy', 'committed']);
  await holder.query('rollback');
  expect(await journal.append(batches)).toEqual(['committed', 'committed', 'committed']);
});

test('a row that changes between the snapshot and the lock of a statement is checked as it is then', async () => {
  const url = await createDocuments();
  const journals = Array.from({ length: 8 }, () => openJournal(url));
  let head = 0;
  let tail: string | null = null;
  for (let round = 0; round < 60; round++) {
    const batches = journals.map((_, at): Batch => ({
      document: 'a',
      epoch: EPOCH,
      id: `round-${round}-of-${at}`,
      base: head,
      tail,
      rows: [
        { offset: head + 1, update: Uint8Array.of(at), user: 'a', subscription: 1, cseq: 1, at: 1 },
      ],
      owners: new Map(),
      bytes: 1,
    }));
    const outcomes = await Promise.all(
      journals.map(async (journal, at) => {
        await sleep(at % 3);
        return (await journal.append([batches[at]!]))[0];
      }),
    );
    const committed = outcomes.flatMap((outcome, at) => (outcome === 'committed' ? [at] : []));
    expect(committed).toHaveLength(1);
    tail = batches[committed[0]!]!.id;
    head++;
  }
  expect((await journals[0]!.load('a'))?.rows).toHaveLength(60);
});
