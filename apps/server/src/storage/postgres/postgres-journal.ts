/**
 * The journal in Postgres, which several processes write. Each call is one statement: one round trip, one
 * snapshot, and one flush of the log for the rows of all documents in it.
 */
import { DamagedDocument, type Batch, type LaterRows, type StoredDocument } from '@tandem/sync';
import type { DocumentKind, HistoryRow } from '@tandem/protocol';
import type {
  AppendOutcome,
  CompactedRows,
  Compaction,
  Journal,
  JournalInit,
  JournalPosition,
  StoredSnapshot,
} from '../journal/journal.ts';
import { MAX_TIMELINES } from '../timelines.ts';
import {
  APPEND,
  COMPACT,
  CREATE,
  DELETE,
  LOAD,
  READ_FOR_COMPACTION,
  READ_LATER,
  SINCE_CHECKPOINT,
} from './journal-statements.ts';
import type { Postgres } from './postgres.ts';

interface LoadedPart {
  readonly part: 'journal' | 'snapshot' | 'update' | 'client' | 'timeline';
  readonly number: number;
  readonly text: string | null;
  readonly data: Uint8Array | null;
  readonly batch: string | null;
}

interface JournalPart {
  readonly epoch: string;
  readonly kind: DocumentKind;
  readonly head: number;
  readonly snapshotOffset: number;
  /** The batch of the last row in the snapshot. */
  readonly snapshotTail: string | null;
}

export class PostgresJournal implements Journal {
  readonly #postgres: Postgres;

  /** @param postgres is closed together with the journal. */
  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  async create({ document, epoch, kind, seed }: JournalInit): Promise<'created' | 'exists'> {
    const owners = [...(seed?.owners ?? [])];
    const { rows } = await this.#postgres.query({
      ...CREATE,
      values: [
        document,
        epoch,
        kind,
        seed === undefined ? null : toBuffer(seed.update),
        seed?.user ?? null,
        seed?.at ?? null,
        owners.map(([client]) => client),
        owners.map(([, user]) => user),
      ],
    });
    return rows.length > 0 ? 'created' : 'exists';
  }

  async load(document: string): Promise<StoredDocument | null> {
    const { rows: parts } = await this.#postgres.query<LoadedPart>({
      ...LOAD,
      values: [document, MAX_TIMELINES],
    });
    const journal = journalIn(parts);
    if (journal === null) return null;
    const { epoch, kind, head, snapshotOffset } = journal;
    const rows = updatesIn(parts);
    const isWhole = rows.every(({ offset }, at) => offset === snapshotOffset + 1 + at);
    if (!isWhole || snapshotOffset + rows.length !== head)
      throw new DamagedDocument(document, 'rows are missing');
    const [current, ...earlier] = of('timeline', parts).map(({ text }) => text as string);
    if (current === undefined) throw new Error('the database has no timeline');
    return {
      document,
      epoch,
      timelines: { current, earlier },
      kind,
      snapshot: of('snapshot', parts)[0]?.data ?? null,
      snapshotOffset,
      rows: rows.map(({ offset, update }) => ({ offset, update })),
      owners: ownersIn(parts),
      tail: tailIn(parts),
    };
  }

  async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    const rows = batches.flatMap((batch, at) =>
      batch.rows.map((row) => ({ ...row, at, written: row.at })),
    );
    const owners = batches.flatMap((batch, at) =>
      Array.from(batch.owners, ([client, user]) => ({ at, client, user })),
    );
    const data = Buffer.concat(rows.map(({ update }) => update));
    let end = 0;
    const { rows: outcomes } = await this.#postgres.query<{ readonly outcome: AppendOutcome }>({
      ...APPEND,
      values: [
        batches.map(({ document }) => document),
        batches.map(({ epoch }) => epoch),
        batches.map(({ id }) => id),
        batches.map(({ base }) => base),
        batches.map(({ tail }) => tail),
        batches.map((batch) => batch.rows.length),
        data,
        rows.map(({ at }) => at + 1),
        rows.map(({ offset }) => offset),
        rows.map(({ update }) => (end += update.byteLength) - update.byteLength + 1),
        rows.map(({ update }) => update.byteLength),
        rows.map(({ user }) => user),
        rows.map(({ written }) => written),
        owners.map(({ at }) => at + 1),
        owners.map(({ client }) => client),
        owners.map(({ user }) => user),
      ],
    });
    return outcomes.map(({ outcome }) => outcome);
  }

  async readLater(
    document: string,
    { epoch, offset, tail }: JournalPosition,
  ): Promise<LaterRows | null> {
    const { rows: parts } = await this.#postgres.query<LoadedPart>({
      ...READ_LATER,
      values: [document, offset],
    });
    const journal = journalIn(parts);
    const last = tailIn(parts);
    if (journal?.epoch !== epoch) return null;
    const [known, rows] = split(updatesIn(parts), offset);
    const compacted = offset === journal.snapshotOffset ? journal.snapshotTail : null;
    const isThere = offset === journal.head ? last === tail : (known?.batch ?? compacted) === tail;
    if (!isThere || offset < journal.snapshotOffset || offset + rows.length !== journal.head)
      return null;
    return {
      base: offset,
      rows: rows.map(({ batch: _batch, ...row }) => row),
      owners: ownersIn(parts),
      tail: last,
    };
  }

  async readForCompaction(document: string, upTo: number): Promise<CompactedRows> {
    const [{ rows }, { rows: since }] = await Promise.all([
      this.#postgres.query<HistoryRow>({ ...READ_FOR_COMPACTION, values: [document, upTo] }),
      this.#postgres.query<CompactedRows['sinceCheckpoint']>({
        ...SINCE_CHECKPOINT,
        values: [document],
      }),
    ]);
    return { rows, sinceCheckpoint: since[0]! };
  }

  async compact(compaction: Compaction): Promise<'compacted' | 'conflict'> {
    const { document, epoch, from, to, snapshot, chunks } = compaction;
    const { rows } = await this.#postgres.query({
      ...COMPACT,
      values: [
        document,
        epoch,
        from,
        to,
        toBuffer(snapshot),
        chunks.map((chunk) => chunk.to),
        chunks.map((chunk) => chunk.from),
        chunks.map(({ endedAt }) => endedAt),
        chunks.map(({ bytes }) => bytes),
        chunks.map(({ sessions }) => JSON.stringify(sessions)),
        chunks.map(({ data }) => toBuffer(data)),
        chunks.map(({ checkpoint }) => checkpoint && toBuffer(checkpoint)),
      ],
    });
    return rows.length > 0 ? 'compacted' : 'conflict';
  }

  async snapshot(document: string): Promise<StoredSnapshot | null> {
    const { rows } = await this.#postgres.query<StoredSnapshot>({
      text: `select epoch, snapshot_offset as "snapshotOffset", data as snapshot
             from journal join snapshot using (document) where document = $1`,
      values: [document],
    });
    return rows[0] ?? null;
  }

  async delete(
    document: string,
    { maxHead }: { readonly maxHead: number },
  ): Promise<'deleted' | 'kept'> {
    const { rows } = await this.#postgres.query<{ readonly kept: number }>({
      ...DELETE,
      values: [document, maxHead],
    });
    return rows[0]?.kept === 0 ? 'deleted' : 'kept';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres[Symbol.asyncDispose]();
  }
}

function of(part: LoadedPart['part'], parts: readonly LoadedPart[]): readonly LoadedPart[] {
  return parts.filter((other) => other.part === part);
}

function journalIn(parts: readonly LoadedPart[]): JournalPart | null {
  const [row] = of('journal', parts);
  return row === undefined ? null : (JSON.parse(row.text as string) as JournalPart);
}

function tailIn(parts: readonly LoadedPart[]): string | null {
  return of('journal', parts)[0]?.batch ?? null;
}

function updatesIn(parts: readonly LoadedPart[]) {
  return of('update', parts).map(({ number, text, data, batch }) => ({
    offset: number,
    update: data as Uint8Array,
    user: text as string,
    batch,
  }));
}

function ownersIn(parts: readonly LoadedPart[]): Map<number, string> {
  return new Map(of('client', parts).map(({ number, text }) => [number, text as string]));
}

function split<R extends { readonly offset: number }>(
  rows: readonly R[],
  offset: number,
): [R | undefined, readonly R[]] {
  return rows[0]?.offset === offset ? [rows[0], rows.slice(1)] : [undefined, rows];
}

/** `pg` sends a Buffer as bytes, and any other array as text. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
