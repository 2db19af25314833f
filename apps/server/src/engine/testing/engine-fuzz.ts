/**
 * People write in a document while somebody else sends mutants into it, all through the engine. After
 * each turn the document loads from the journal as everybody saw it come, and nothing that was
 * written honestly was refused or waits.
 */
import { writePage } from '@tandem/document';
import type { DocumentKind } from '@tandem/protocol';
import { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { HonestPeer, packagings } from '../admission/testing/honest.ts';
import { mutate } from '../admission/testing/mutants.ts';
import { describe } from '../admission/testing/survival.ts';
import { seedOf } from '../seed.ts';
import { FuzzStage, type Seat } from './fuzz-stage.ts';
import { formatCase, type Dose, type FuzzCase } from './fuzz-case.ts';
import { PAGE_WORDS, pageHabits } from './page-peer.ts';

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
  const tally = new Tally();
  for (let session = 0; tally.mutants < mutants; session++) {
    const kind = session % 2 === 0 ? 'data' : 'page';
    const count = Math.min(MUTANTS_PER_SESSION, mutants - tally.mutants);
    await (await Session.create(kind, { random: random.fork(), tally })).run(count);
    if (tally.failures.length >= MAX_FAILURES) break;
  }
  return tally;
}

/** Sends a kept case again. @returns what went wrong. */
export async function replay({ kind, base, doses }: FuzzCase): Promise<string | null> {
  // Nobody owns what the base was written under: whoever continues it first does.
  const stage = await FuzzStage.create(kind, {
    update: base,
    user: HONEST[0],
    at: 0,
    owners: new Map(),
  });
  const honest = stage.enter('honest', { user: HONEST[0] });
  await stage.turn();
  for (const { from, update } of doses)
    stage.append(from === 'honest' ? honest : stage.enter('attack', { user: ATTACKER }), update);
  await stage.turn();
  return (await stage.fault()) ?? (await stage.end());
}

class Tally implements EngineFuzzReport {
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
  readonly #stage: FuzzStage;
  readonly #random: SeededRandom;
  readonly #tally: Tally;
  readonly #writers: readonly Writer[];

  private constructor(
    stage: FuzzStage,
    { random, tally }: { readonly random: SeededRandom; readonly tally: Tally },
  ) {
    this.#stage = stage;
    this.#random = random;
    this.#tally = tally;
    this.#writers = HONEST.map((user) => {
      const peer = this.#peer();
      const seat = stage.enter('honest', { user, client: peer.doc.clientID });
      return { peer, seat, sent: 0, received: 0 };
    });
  }

  static async create(
    kind: DocumentKind,
    options: { readonly random: SeededRandom; readonly tally: Tally },
  ): Promise<Session> {
    const seed = kind === 'page' ? pageSeed(options.random) : undefined;
    return new Session(await FuzzStage.create(kind, seed), options);
  }

  async run(mutants: number): Promise<void> {
    const { kind, rows } = this.#stage;
    await this.#stage.turn();
    let fault: string | null = null;
    for (let left = mutants; left > 0 && fault === null; left -= MUTANTS_PER_TURN)
      fault = await this.#turn(Math.min(MUTANTS_PER_TURN, left));
    fault ??= await this.#end();
    if (fault !== null) this.#tally.failures.push(fault);
    this.#tally.rows[kind] += rows.length;
  }

  #peer(state?: Uint8Array): HonestPeer {
    const habits = this.#stage.kind === 'page' ? pageHabits : undefined;
    return new HonestPeer(this.#random.fork(), state, habits);
  }

  async #turn(mutants: number): Promise<string | null> {
    const stage = this.#stage;
    for (const writer of this.#writers) if (this.#random.chance(0.7)) this.#receive(writer);
    const base = Y.encodeStateAsUpdate(stage.heard);
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
        const seat = stage.enter('attack', { user: ATTACKER });
        stage.append(seat, update);
        attackers.push(seat);
        doses.push({ from: 'attacker', update });
      }
    }
    await stage.turn();
    const fault = await stage.fault();
    for (const seat of attackers) this.#count(seat);
    return fault === null ? null : await explain(fault, { kind: stage.kind, base, doses });
  }

  /** Made of what the attacker could have written, and of what others wrote. */
  #mutants(count: number, base: Uint8Array): Uint8Array[] {
    const { heard: doc, kind, rows } = this.#stage;
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
    const stage = this.#stage;
    return this.#writers.flatMap((writer) => {
      const { peer, seat } = writer;
      const missing = seat.missing;
      if (missing !== null) {
        const update = Y.encodeStateAsUpdate(peer.doc, missing);
        return [{ update, send: () => stage.repair(seat, update) }];
      }
      for (let left = this.#random.int(0, 2); left > 0; left--) peer.edit();
      const written = peer.written.slice(writer.sent);
      writer.sent = peer.written.length;
      const updates = this.#random.chance(0.3)
        ? [this.#random.pick(packagings(peer, stage.heard, this.#random))]
        : written;
      return updates.map((update) => ({ update, send: () => stage.append(seat, update) }));
    });
  }

  #receive(writer: Writer): void {
    for (const row of this.#stage.rows.slice(writer.received)) writer.peer.receive(row);
    writer.received = this.#stage.rows.length;
  }

  #count(seat: Seat): void {
    const { kind } = this.#stage;
    this.#tally.mutants++;
    if (seat.state === 'refused') this.#tally.refused[kind]++;
    else if (seat.missing !== null) this.#tally.missing++;
    else this.#tally.admitted[kind]++;
    this.#stage.leave(seat);
  }

  /** All that is still missing is sent, and everybody ends with the same. */
  async #end(): Promise<string | null> {
    const stage = this.#stage;
    for (const { peer, seat } of this.#writers) {
      if (seat.missing !== null) stage.repair(seat, Y.encodeStateAsUpdate(peer.doc, seat.missing));
      stage.append(seat, Y.encodeStateAsUpdate(peer.doc));
    }
    await stage.turn();
    for (const writer of this.#writers) {
      this.#tally.honest += writer.seat.acknowledged;
      this.#receive(writer);
      // Writers of data use half surrogate pairs, which Yjs spoils in its author's copy: yjs#248.
      if (stage.kind === 'data') continue;
      if (describe(writer.peer.doc, 'content') !== describe(stage.heard, 'content'))
        return `${writer.seat.user} sees something else`;
    }
    return (await stage.fault()) ?? (await stage.end());
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
