/**
 * Two authors write in a document through the engine while an attacker sends mutants. After each turn
 * the document must load from the journal as its subscribers received it, and no valid update may be
 * refused or unacknowledged.
 */
import { writePage } from '@tandem/document';
import type { DocumentKind } from '@tandem/protocol';
import { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { WellBehavedPeer, packagings } from '../validation/testing/well-behaved-peer.ts';
import { mutate } from '../validation/testing/mutants.ts';
import { describeDocument } from '../validation/testing/survival.ts';
import { toSeed } from '../loaded-document.ts';
import { FuzzFixture, type Opening } from './fuzz-fixture.ts';
import { formatCase, type FuzzStep, type FuzzCase } from './fuzz-case.ts';
import { PAGE_VOCABULARY, pageWritingStyle } from './page-peer.ts';

export interface EngineFuzzReport {
  readonly mutants: number;
  readonly accepted: Readonly<Record<DocumentKind, number>>;
  readonly refused: Readonly<Record<DocumentKind, number>>;
  readonly missing: number;
  readonly valid: number;
  readonly rows: Readonly<Record<DocumentKind, number>>;
  readonly failures: readonly string[];
}

const MUTANTS_PER_SESSION = 240;
const MUTANTS_PER_TURN = 24;
const MAX_FAILURES = 3;
const AUTHORS = ['ada', 'bob'] as const;
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

export async function replay({ kind, base, steps }: FuzzCase): Promise<string | null> {
  // The base's client ids have no owner: the first user who continues one owns it.
  const fixture = await FuzzFixture.create(kind, {
    update: base,
    user: AUTHORS[0],
    at: 0,
    owners: new Map(),
  });
  const valid = fixture.open('valid', { user: AUTHORS[0] });
  await fixture.turn();
  for (const { from, update } of steps)
    fixture.append(from === 'valid' ? valid : fixture.open('attack', { user: ATTACKER }), update);
  await fixture.turn();
  return (await fixture.fault()) ?? (await fixture.end());
}

class Totals implements EngineFuzzReport {
  mutants = 0;
  readonly accepted = { data: 0, page: 0 };
  readonly refused = { data: 0, page: 0 };
  missing = 0;
  valid = 0;
  readonly rows = { data: 0, page: 0 };
  readonly failures: string[] = [];
}

interface Writer {
  readonly peer: WellBehavedPeer;
  readonly opening: Opening;
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
    this.#writers = AUTHORS.map((user) => {
      const peer = this.#peer();
      const opening = fixture.open('valid', { user, client: peer.doc.clientID });
      return { peer, opening, sent: 0, received: 0 };
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

  #peer(state?: Uint8Array): WellBehavedPeer {
    const writingStyle = this.#fixture.kind === 'page' ? pageWritingStyle : undefined;
    return new WellBehavedPeer(this.#random.fork(), state, writingStyle);
  }

  async #turn(mutants: number): Promise<string | null> {
    const fixture = this.#fixture;
    for (const writer of this.#writers) if (this.#random.chance(0.7)) this.#receive(writer);
    const base = Y.encodeStateAsUpdate(fixture.received);
    const attack = this.#mutants(mutants, base);
    const pendingWork = this.#collectWork();
    const steps: FuzzStep[] = [];
    const attackers: Opening[] = [];
    while (attack.length > 0 || pendingWork.length > 0) {
      const valid =
        attack.length === 0 || this.#random.chance(0.2) ? pendingWork.shift() : undefined;
      if (valid !== undefined) {
        valid.send();
        steps.push({ from: 'valid', update: valid.update });
      } else if (attack.length > 0) {
        const update = attack.pop()!;
        const opening = fixture.open('attack', { user: ATTACKER });
        fixture.append(opening, update);
        attackers.push(opening);
        steps.push({ from: 'attacker', update });
      }
    }
    await fixture.turn();
    const fault = await fixture.fault();
    for (const opening of attackers) this.#count(opening);
    return fault === null ? null : await describeFault(fault, { kind: fixture.kind, base, steps });
  }

  #mutants(count: number, base: Uint8Array): Uint8Array[] {
    const { received: doc, kind, rows } = this.#fixture;
    const attacker = this.#peer(base);
    attacker.edit();
    const own = Y.encodeStateAsUpdate(attacker.doc, Y.encodeStateVector(doc));
    const vocabulary = kind === 'page' ? { vocabulary: PAGE_VOCABULARY } : {};
    return Array.from({ length: count }, () => {
      const bytes = this.#random.chance(0.2) ? (rows.at(-1) ?? own) : own;
      return mutate({ doc, bytes, ...vocabulary }, this.#random);
    });
  }

  #collectWork(): { readonly update: Uint8Array; readonly send: () => void }[] {
    const fixture = this.#fixture;
    return this.#writers.flatMap((writer) => {
      const { peer, opening } = writer;
      const missing = opening.missing;
      if (missing !== null) {
        const update = Y.encodeStateAsUpdate(peer.doc, missing);
        return [{ update, send: () => fixture.repair(opening, update) }];
      }
      for (let left = this.#random.int(0, 2); left > 0; left--) peer.edit();
      const written = peer.written.slice(writer.sent);
      writer.sent = peer.written.length;
      const updates = this.#random.chance(0.3)
        ? [this.#random.pick(packagings(peer, fixture.received, this.#random))]
        : written;
      return updates.map((update) => ({ update, send: () => fixture.append(opening, update) }));
    });
  }

  #receive(writer: Writer): void {
    for (const row of this.#fixture.rows.slice(writer.received)) writer.peer.receive(row);
    writer.received = this.#fixture.rows.length;
  }

  #count(opening: Opening): void {
    const { kind } = this.#fixture;
    this.#totals.mutants++;
    if (opening.state === 'refused') this.#totals.refused[kind]++;
    else if (opening.missing !== null) this.#totals.missing++;
    else this.#totals.accepted[kind]++;
    this.#fixture.close(opening);
  }

  async #end(): Promise<string | null> {
    const fixture = this.#fixture;
    for (const { peer, opening } of this.#writers) {
      if (opening.missing !== null)
        fixture.repair(opening, Y.encodeStateAsUpdate(peer.doc, opening.missing));
      fixture.append(opening, Y.encodeStateAsUpdate(peer.doc));
    }
    await fixture.turn();
    for (const writer of this.#writers) {
      this.#totals.valid += writer.opening.acknowledged;
      this.#receive(writer);
      // Data authors use unpaired surrogates, which Yjs corrupts in the author's copy: yjs#248.
      if (fixture.kind === 'data') continue;
      if (
        describeDocument(writer.peer.doc, 'content') !==
        describeDocument(fixture.received, 'content')
      )
        return `${writer.opening.user} has another state`;
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
  return toSeed({ document: '', kind: 'page', user: AUTHORS[0], update }, 0);
}

async function describeFault(fault: string, whole: FuzzCase): Promise<string> {
  for (const step of whole.steps) {
    const alone = { ...whole, steps: [step] };
    if ((await replay(alone)) !== null) return `${fault}\nkeep as: ${formatCase(alone)}`;
  }
  return `${fault}\nkeep as: ${formatCase(whole)}`;
}
