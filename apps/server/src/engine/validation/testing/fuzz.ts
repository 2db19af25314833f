import * as Y from 'yjs';
import { SeededRandom } from '@tandem/testkit';
import { checkUpdate, type Verdict } from '../validate-update.ts';
import type { ClientRange } from '../scan.ts';
import { HonestPeer, packagings } from './honest.ts';
import { mutate } from './mutants.ts';
import { survive } from './survival.ts';

export interface FuzzReport {
  mutants: number;
  admitted: number;
  missing: number;
  refused: Record<string, number>;
  honest: number;
  failures: FuzzFailure[];
}

export interface FuzzFailure {
  readonly what: string;
  /** The saved document and the update, in hexadecimal: a file for `fixtures`. */
  readonly document: string;
  readonly update: string;
}

const MUTANTS_PER_SESSION = 240;
const MUTANTS_PER_EDIT = 40;

/** Sessions of honest peers with a server in between, and mutants of everything that they send. */
export function fuzz(seed: number, mutants: number): FuzzReport {
  const report: FuzzReport = {
    mutants: 0,
    admitted: 0,
    missing: 0,
    refused: {},
    honest: 0,
    failures: [],
  };
  const random = new SeededRandom(seed);
  while (report.mutants < mutants)
    new Session(random.fork(), report).run(Math.min(MUTANTS_PER_SESSION, mutants - report.mutants));
  return report;
}

export function ask(doc: Y.Doc, bytes: Uint8Array): Verdict {
  return checkUpdate({ bytes, doc, sender: 'somebody', ownerOf: () => undefined });
}

class Session {
  readonly #random: SeededRandom;
  readonly #report: FuzzReport;
  readonly #peers: readonly HonestPeer[];
  #server = new Y.Doc({ guid: 'server' });

  constructor(random: SeededRandom, report: FuzzReport) {
    this.#random = random;
    this.#report = report;
    this.#peers = [new HonestPeer(random.fork()), new HonestPeer(random.fork())];
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
      this.#sendHonest(sent);
      if (random.chance(0.5))
        peer.receive(Y.encodeStateAsUpdate(this.#server, Y.encodeStateVector(peer.doc)));
    }
  }

  #sendMutants(bytes: Uint8Array, count: number): void {
    const source = { doc: this.#server, bytes };
    const base = Y.encodeStateAsUpdate(this.#server);
    let taken: Y.Doc | null = null;
    for (let left = count; left > 0; left--) {
      const mutant = mutate(source, this.#random);
      const verdict = ask(this.#server, mutant);
      this.#report.mutants++;
      if (verdict.kind === 'refused') {
        this.#report.refused[verdict.reason] = (this.#report.refused[verdict.reason] ?? 0) + 1;
        continue;
      }
      this.#report[verdict.kind]++;
      if (verdict.kind !== 'admitted') continue;
      const outcome = survive(base, mutant);
      if (outcome.fault !== null) this.#fail(outcome.fault, base, mutant);
      else if (this.#random.chance(0.1) && !this.#speaksForPeer(verdict.clients))
        taken = outcome.doc;
    }
    // Poison may take two doses: some mutants stay in the document.
    if (taken !== null) this.#server = taken;
  }

  #speaksForPeer(clients: readonly ClientRange[]): boolean {
    return clients.some(({ client }) => this.#peers.some((peer) => peer.doc.clientID === client));
  }

  #sendHonest(bytes: Uint8Array): void {
    const verdict = ask(this.#server, bytes);
    this.#report.honest++;
    if (verdict.kind === 'missing') return;
    const base = Y.encodeStateAsUpdate(this.#server);
    if (verdict.kind === 'refused') {
      this.#fail(`refused an honest update: ${verdict.reason}`, base, bytes);
      return;
    }
    const outcome = survive(base, bytes);
    if (outcome.fault === null) this.#server = outcome.doc;
    else this.#fail(`an honest update ${outcome.fault}`, base, bytes);
  }

  #fail(what: string, document: Uint8Array, update: Uint8Array): void {
    this.#report.failures.push({ what, document: hex(document), update: hex(update) });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
