import type { Batch, Position, StoredDocument, StoredRow } from '@tandem/sync';
import * as Y from 'yjs';
import { docOf, textOf, tokensIn } from './content.ts';

interface Life {
  readonly epoch: string;
  /** Oldest first. A restore ends the last timeline, whose rows are kept for comparison. */
  readonly timelines: { readonly id: string; readonly rows: StoredRow[] }[];
  rows: StoredRow[];
  owners: Map<number, string>;
}

/** The server's disk. Keeps replaced epochs for comparison. */
export class Journal {
  readonly #lives: Life[] = [];
  readonly #committed = new Set<string>();

  constructor() {
    this.replace();
  }

  get epoch(): string {
    return this.#present.epoch;
  }

  get text(): string {
    return this.#textOf(this.#present.rows);
  }

  get lives(): readonly { readonly epoch: string; readonly text: string }[] {
    return this.#lives.map(({ epoch, rows }) => ({ epoch, text: this.#textOf(rows) }));
  }

  holds(token: string): boolean {
    return this.lives.some(({ text }) => text.includes(token));
  }

  /** True if the token was ever committed, as a client unaware of a restore still claims. */
  hasHeld(token: string): boolean {
    return this.#committed.has(token);
  }

  textAt({ epoch, timeline, offset }: Position): string {
    const life = this.#lives.find((candidate) => candidate.epoch === epoch);
    if (life === undefined) throw new Error(`there was no life ${epoch}`);
    const counted = life.timelines.find(({ id }) => id === timeline);
    return this.#textOf((counted?.rows ?? []).slice(0, offset));
  }

  load(): StoredDocument {
    const { epoch, timelines, rows, owners } = this.#present;
    const ids = timelines.map(({ id }) => id);
    return {
      document: 'document',
      epoch,
      timelines: { current: ids.at(-1) as string, earlier: ids.slice(0, -1) },
      kind: 'data',
      snapshot: null,
      snapshotOffset: 0,
      rows: [...rows],
      owners: new Map(owners),
      tail: null,
    };
  }

  commit(batch: Batch): void {
    const { epoch, rows, owners } = this.#present;
    if (batch.epoch !== epoch) throw new Error('a batch of another life');
    if (batch.base !== rows.length) throw new Error(`rows after ${batch.base} at ${rows.length}`);
    rows.push(...batch.rows);
    for (const [client, user] of batch.owners) owners.set(client, user);
    for (const token of tokensIn(this.text)) this.#committed.add(token);
  }

  replace(): void {
    const epoch = `life-${this.#lives.length + 1}`;
    const doc = new Y.Doc();
    textOf(doc).insert(0, `<${epoch}>`);
    const rows = [{ offset: 1, update: Y.encodeStateAsUpdate(doc) }];
    const timelines = [{ id: `${epoch}-1`, rows }];
    this.#lives.push({ epoch, timelines, rows, owners: new Map() });
  }

  restore(offset: number): void {
    const life = this.#present;
    life.rows = life.rows.slice(0, Math.max(1, offset));
    life.timelines.push({
      id: `${life.epoch}-${life.timelines.length + 1}`,
      rows: life.rows,
    });
    const known = docOf(life.rows.map(({ update }) => update)).store.clients;
    life.owners = new Map([...life.owners].filter(([client]) => known.has(client)));
  }

  get isRestored(): boolean {
    return this.#present.timelines.length > 1;
  }

  get head(): number {
    return this.#present.rows.length;
  }

  get #present(): Life {
    return this.#lives.at(-1) as Life;
  }

  #textOf(rows: readonly StoredRow[]): string {
    return textOf(docOf(rows.map(({ update }) => update))).toJSON();
  }
}
