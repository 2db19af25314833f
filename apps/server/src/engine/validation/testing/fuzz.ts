import * as Y from 'yjs';
import { SeededRandom } from '@tandem/testkit';
import { validateUpdate, type ValidationResult } from '../validate-update.ts';
import type { ClientRange } from '../scan.ts';
import { WellBehavedPeer, packagings } from './well-behaved-peer.ts';
import { mutate } from './mutants.ts';
import { survive } from './survival.ts';

export interface FuzzReport {
  mutants: number;
  accepted: number;
  missing: number;
  refused: Record<string, number>;
  wellBehaved: number;
  failures: FuzzFailure[];
}

export interface FuzzFailure {
  readonly what: string;
  readonly document: string;
  readonly update: string;
}

const MUTANTS_PER_SESSION = 240;
const MUTANTS_PER_EDIT = 40;

export function fuzz(seed: number, mutants: number): FuzzReport {
  const report: FuzzReport = {
    mutants: 0,
    accepted: 0,
    missing: 0,
    refused: {},
    wellBehaved: 0,
    failures: [],
  };
  const random = new SeededRandom(seed);
  while (report.mutants < mutants)
    new Session(random.fork(), report).run(Math.min(MUTANTS_PER_SESSION, mutants - report.mutants));
  return report;
}

export function validate(doc: Y.Doc, bytes: Uint8Array): ValidationResult {
  return validateUpdate({ bytes, doc, sender: 'user', ownerOf: () => undefined });
}

class Session {
  readonly #random: SeededRandom;
  readonly #report: FuzzReport;
  readonly #peers: readonly WellBehavedPeer[];
  #server = new Y.Doc({ guid: 'server' });

  constructor(random: SeededRandom, report: FuzzReport) {
    this.#random = random;
    this.#report = report;
    this.#peers = [new WellBehavedPeer(random.fork()), new WellBehavedPeer(random.fork())];
  }

  run(mutants: number): void {
    const random = this.#random;
    const end = this.#report.mutants + mutants;
    while (this.#report.mutants < end) {
      const peer = random.pick(this.#peers);
      for (let left = random.int(1, 3); left > 0; left--) peer.edit();
      const sent = random.chance(0.3)
        ? random.pick(packagings(peer, this.#server, random))
        : Y.encodeStateAsUpdate(peer.doc, Y.encodeStateVector(this.#server));
      this.#sendMutants(sent, Math.min(MUTANTS_PER_EDIT, end - this.#report.mutants));
      this.#sendUnchanged(sent);
      if (random.chance(0.5))
        peer.receive(Y.encodeStateAsUpdate(this.#server, Y.encodeStateVector(peer.doc)));
    }
  }

  #sendMutants(bytes: Uint8Array, count: number): void {
    const source = { doc: this.#server, bytes };
    const base = Y.encodeStateAsUpdate(this.#server);
    let next: Y.Doc | null = null;
    for (let left = count; left > 0; left--) {
      const mutant = mutate(source, this.#random);
      const result = validate(this.#server, mutant);
      this.#report.mutants++;
      if (result.kind === 'refused') {
        this.#report.refused[result.reason] = (this.#report.refused[result.reason] ?? 0) + 1;
        continue;
      }
      this.#report[result.kind]++;
      if (result.kind !== 'accepted') continue;
      const outcome = survive(base, mutant);
      if (outcome.fault !== null) this.#fail(outcome.fault, base, mutant);
      else if (this.#random.chance(0.1) && !this.#usesPeerId(result.clients)) next = outcome.doc;
    }
    // Some faults need two updates, so some mutants stay in the document.
    if (next !== null) this.#server = next;
  }

  #usesPeerId(clients: readonly ClientRange[]): boolean {
    return clients.some(({ client }) => this.#peers.some((peer) => peer.doc.clientID === client));
  }

  #sendUnchanged(bytes: Uint8Array): void {
    const result = validate(this.#server, bytes);
    this.#report.wellBehaved++;
    if (result.kind === 'missing') return;
    const base = Y.encodeStateAsUpdate(this.#server);
    if (result.kind === 'refused') {
      this.#fail(`refused an unchanged update: ${result.reason}`, base, bytes);
      return;
    }
    const outcome = survive(base, bytes);
    if (outcome.fault === null) this.#server = outcome.doc;
    else this.#fail(`an unchanged update ${outcome.fault}`, base, bytes);
  }

  #fail(what: string, document: Uint8Array, update: Uint8Array): void {
    this.#report.failures.push({ what, document: hex(document), update: hex(update) });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
