/**
 * People write in a document while somebody else sends mutants into it, all through the engine. After
 * each turn the document loads from the journal as everybody saw it come, and nothing that was
 * written honestly was refused or waits.
 */
import { writePage } from '@tandem/document';
import type { DocumentKind } from '@tandem/protocol';
import { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { HonestPeer, packagings } from '../validation/testing/honest.ts';
import { mutate } from '../validation/testing/mutants.ts';
import { describe } from '../validation/testing/survival.ts';
import { seedOf } from '../first-row.ts';
import { FuzzFixture, type Seat } from './fuzz-stage.ts';
import { formatCase, type Dose, type FuzzCase } from './fuzz-case.ts';
import { PAGE_WORDS, pageWritingStyle } from './page-peer.ts';

export interface EngineFuzzReport {
  readonly mutants: number;
  readonly admitted: Readonly<Record<DocumentKind, number>>;
  readonly refused: Readonly<Record<DocumentKind, number>>;
  readonly missing: number;
  readonly honest: number;
  readonly rows: Readonly<Record<DocumentKind, number>>;
  /** Each with the case to keep, where it can be repeated. */
  readonly failures: readonly string[];
}

const MUTANTS_PER_SESSION = 240;
const MUTANTS_PER_TURN = 24;
/** More would say the same. */
const MAX_FAILURES = 3;
const HONEST = ['ada', 'bob'] as const;
const ATTACKER = 'eve';

export async function fuzzEngine(seed: number, mutants: number): Promise<EngineFuzzReport> {
  const random = new SeededRandom(seed);
  const totals = new Totals();
  for (let session = 0; totals.mutants < mutants; session++) {
    const kind = session % 2 === 0 ? 'data' : 'page';
    const count = Math.min(MUTANTS_PER_SESSION, mutants - totals.mutants);
    await (await Session.create(kind, { random: random.fork(), totals })).run(count);
    if (totals.failures.length >= MAX_FAILURES) break;
  }
  return totals;
}

/** Sends a kept case again. @returns what went wrong. */
export async function replay({ kind, base, doses }: FuzzCase): Promise<string | null> {
  // Nobody owns what the base was written under: whoever continues it first does.
  const fixture = await FuzzFixture.create(kind, {
    update: base,
    user: HONEST[0],
    at: 0,
    owners: new Map(),
  });
  const honest = fixture.enter('honest', { user: HONEST[0] });
  await fixture.turn();
  for (const { from, update } of doses)
    fixture.append(
      from === 'honest' ? honest : fixture.enter('attack', { user: ATTACKER }),
      update,
    );
  await fixture.turn();
  return (await fixture.fault()) ?? (await fixture.end());
}

class Totals implements EngineFuzzReport {
  mutants = 0;
  readonly admitted = { data: 0, page: 0 };
  readonly refused = { data: 0, page: 0 };
  missing = 0;
  honest = 0;
  readonly rows = { data: 0, page: 0 };
  readonly failures: string[] = [];
}

interface Writer {
  readonly peer: HonestPeer;
  readonly seat: Seat;
  /** What it has sent of what it wrote, and received of the stage's rows. */
  sent: number;
  received: number;
}

class Session {
  readonly #fixture: FuzzFixture;
  readonly #random: SeededRandom;
  readonly #totals: Totals;
  readonly #writers: readonly Writer[];

  private constructor(
    fixture: FuzzFixture,
    { random, totals }: { readonly random: SeededRandom; readonly totals: Totals },
  ) {
    this.#fixture = fixture;
    this.#random = random;
    this.#totals = totals;
    this.#writers = HONEST.map((user) => {
      const peer = this.#peer();
      const seat = fixture.enter('honest', { user, client: peer.doc.clientID });
      return { peer, seat, sent: 0, received: 0 };
    });
  }

  static async create(
    kind: DocumentKind,
    options: { readonly random: SeededRandom; readonly totals: Totals },
  ): Promise<Session> {
    const seed = kind === 'page' ? pageSeed(options.random) : undefined;
    return new Session(await FuzzFixture.create(kind, seed), options);
  }

  async run(mutants: number): Promise<void> {
    const { kind, rows } = this.#fixture;
    await this.#fixture.turn();
    let fault: string | null = null;
    for (let left = mutants; left > 0 && fault === null; left -= MUTANTS_PER_TURN)
      fault = await this.#turn(Math.min(MUTANTS_PER_TURN, left));
    fault ??= await this.#end();
    if (fault !== null) this.#totals.failures.push(fault);
    this.#totals.rows[kind] += rows.length;
  }

  #peer(state?: Uint8Array): HonestPeer {
    const writingStyle = this.#fixture.kind === 'page' ? pageWritingStyle : undefined;
    return new HonestPeer(this.#random.fork(), state, writingStyle);
  }

  async #turn(mutants: number): Promise<string | null> {
    const fixture = this.#fixture;
    for (const writer of this.#writers) if (this.#random.chance(0.7)) this.#receive(writer);
    const base = Y.encodeStateAsUpdate(fixture.heard);
    const attack = this.#mutants(mutants, base);
    const work = this.#work();
    const doses: Dose[] = [];
    const attackers: Seat[] = [];
    while (attack.length > 0 || work.length > 0) {
      const honest = attack.length === 0 || this.#random.chance(0.2) ? work.shift() : undefined;
      if (honest !== undefined) {
        honest.send();
        doses.push({ from: 'honest', update: honest.update });
      } else if (attack.length > 0) {
        const update = attack.pop()!;
        const seat = fixture.enter('attack', { user: ATTACKER });
        fixture.append(seat, update);
        attackers.push(seat);
        doses.push({ from: 'attacker', update });
      }
    }
    await fixture.turn();
    const fault = await fixture.fault();
    for (const seat of attackers) this.#count(seat);
    return fault === null ? null : await explain(fault, { kind: fixture.kind, base, doses });
  }

  /** Made of what the attacker could have written, and of what others wrote. */
  #mutants(count: number, base: Uint8Array): Uint8Array[] {
    const { heard: doc, kind, rows } = this.#fixture;
    const attacker = this.#peer(base);
    attacker.edit();
    const own = Y.encodeStateAsUpdate(attacker.doc, Y.encodeStateVector(doc));
    const words = kind === 'page' ? { words: PAGE_WORDS } : {};
    return Array.from({ length: count }, () => {
      const bytes = this.#random.chance(0.2) ? (rows.at(-1) ?? own) : own;
      return mutate({ doc, bytes, ...words }, this.#random);
    });
  }

  #work(): { readonly update: Uint8Array; readonly send: () => void }[] {
    const fixture = this.#fixture;
    return this.#writers.flatMap((writer) => {
      const { peer, seat } = writer;
      const missing = seat.missing;
      if (missing !== null) {
        const update = Y.encodeStateAsUpdate(peer.doc, missing);
        return [{ update, send: () => fixture.repair(seat, update) }];
      }
      for (let left = this.#random.int(0, 2); left > 0; left--) peer.edit();
      const written = peer.written.slice(writer.sent);
      writer.sent = peer.written.length;
      const updates = this.#random.chance(0.3)
        ? [this.#random.pick(packagings(peer, fixture.heard, this.#random))]
        : written;
      return updates.map((update) => ({ update, send: () => fixture.append(seat, update) }));
    });
  }

  #receive(writer: Writer): void {
    for (const row of this.#fixture.rows.slice(writer.received)) writer.peer.receive(row);
    writer.received = this.#fixture.rows.length;
  }

  #count(seat: Seat): void {
    const { kind } = this.#fixture;
    this.#totals.mutants++;
    if (seat.state === 'refused') this.#totals.refused[kind]++;
    else if (seat.missing !== null) this.#totals.missing++;
    else this.#totals.admitted[kind]++;
    this.#fixture.leave(seat);
  }

  /** All that is still missing is sent, and everybody ends with the same. */
  async #end(): Promise<string | null> {
    const fixture = this.#fixture;
    for (const { peer, seat } of this.#writers) {
      if (seat.missing !== null)
        fixture.repair(seat, Y.encodeStateAsUpdate(peer.doc, seat.missing));
      fixture.append(seat, Y.encodeStateAsUpdate(peer.doc));
    }
    await fixture.turn();
    for (const writer of this.#writers) {
      this.#totals.honest += writer.seat.acknowledged;
      this.#receive(writer);
      // Writers of data use half surrogate pairs, which Yjs spoils in its author's copy: yjs#248.
      if (fixture.kind === 'data') continue;
      if (describe(writer.peer.doc, 'content') !== describe(fixture.heard, 'content'))
        return `${writer.seat.user} sees something else`;
    }
    return (await fixture.fault()) ?? (await fixture.end());
  }
}

function pageSeed(random: SeededRandom) {
  const doc = new Y.Doc();
  doc.clientID = random.uint32();
  writePage(
    doc,
    [
      {
        type: 'textBlock',
        attrs: { kind: 'heading1' },
        content: [{ type: 'text', text: 'Title' }],
      },
      { type: 'textBlock', content: [{ type: 'text', text: 'Text', marks: [{ type: 'bold' }] }] },
    ],
    (length) => random.bytes(length),
  );
  const update = Y.encodeStateAsUpdate(doc);
  return seedOf({ document: '', kind: 'page', user: HONEST[0], update }, 0);
}

/** The fault, and the one dose that causes it if there is one, as a line to keep. */
async function explain(fault: string, whole: FuzzCase): Promise<string> {
  for (const dose of whole.doses) {
    const alone = { ...whole, doses: [dose] };
    if ((await replay(alone)) !== null) return `${fault}\nkeep as: ${formatCase(alone)}`;
  }
  return `${fault}\nkeep as: ${formatCase(whole)}`;
}
