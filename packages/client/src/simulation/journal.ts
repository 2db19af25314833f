import type { Batch, StoredDocument, StoredRow } from '@tandem/sync';
import * as Y from 'yjs';
import { docOf, textOf, tokensIn } from './content.ts';

interface Life {
  readonly incarnation: string;
  readonly rows: StoredRow[];
  readonly owners: Map<number, string>;
}

/** The server's disk. It remembers the lives that were replaced, to compare with. */
export class Journal {
  readonly #lives: Life[] = [];
  /** Of all lives. */
  readonly #committed = new Set<string>();

  constructor() {
    this.replace();
  }

  get incarnation(): string {
    return this.#present.incarnation;
  }

  get text(): string {
    return this.#textOf(this.#present.rows);
  }

  /** What each life holds, oldest first. */
  get lives(): readonly { readonly incarnation: string; readonly text: string }[] {
    return this.#lives.map(({ incarnation, rows }) => ({ incarnation, text: this.#textOf(rows) }));
  }

  holds(token: string): boolean {
    return this.#committed.has(token);
  }

  /** The text of rows 1 … `seq`. */
  textAt(incarnation: string, seq: number): string {
    const life = this.#lives.find((candidate) => candidate.incarnation === incarnation);
    if (life === undefined) throw new Error(`there was no life ${incarnation}`);
    return this.#textOf(life.rows.slice(0, seq));
  }

  load(): StoredDocument {
    const { incarnation, rows, owners } = this.#present;
    return {
      document: 'document',
      incarnation,
      kind: 'data',
      snapshot: null,
      snapshotSeq: 0,
      rows: [...rows],
      owners: new Map(owners),
    };
  }

  commit(batch: Batch): void {
    const { incarnation, rows, owners } = this.#present;
    if (batch.incarnation !== incarnation) throw new Error('a batch of another life');
    if (batch.base !== rows.length) throw new Error(`rows after ${batch.base} at ${rows.length}`);
    rows.push(...batch.rows);
    for (const [client, user] of batch.owners) owners.set(client, user);
    for (const token of tokensIn(this.text)) this.#committed.add(token);
  }

  /** The document begins anew, as after a restored backup. */
  replace(): void {
    const incarnation = `life-${this.#lives.length + 1}`;
    const doc = new Y.Doc();
    textOf(doc).insert(0, `<${incarnation}>`);
    const rows = [{ seq: 1, update: Y.encodeStateAsUpdate(doc) }];
    this.#lives.push({ incarnation, rows, owners: new Map() });
  }

  get #present(): Life {
    return this.#lives.at(-1) as Life;
  }

  #textOf(rows: readonly StoredRow[]): string {
    return textOf(docOf(rows.map(({ update }) => update))).toJSON();
  }
}
