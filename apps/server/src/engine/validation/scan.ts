/**
 * Scans the bytes of a Yjs update in format V1 in one pass, before Yjs sees them. The scan answers
 * three questions: could Yjs have written this update, does the document have everything the update
 * depends on, and what does the update add? The scan skips content and records each struct that is
 * new to the document, as input of the integration dry run.
 *
 * Only bytes that no Yjs client writes are refused. An update that a client may write but that the
 * document is not ready for (missing clocks, a gap that `Y.mergeUpdates` filled with a Skip) is
 * `missing`: Yjs would keep it pending; the server asks the sender for the rest instead.
 */

import { ByteCursor, Malformed, type MalformedReason } from './byte-cursor.ts';
import { DeletedRanges } from './deleted-ranges.ts';
import { CONTENT } from './limits.ts';
import { skipAny, skipJson, skipJsonOrUndefined } from './values.ts';

export type KnownClocks = (client: number) => number;

/** Clocks of one client: `from` (inclusive) to `to` (exclusive). */
export interface ClientRange {
  readonly client: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A struct whose end, at least, is new to the document. Also a known struct that refers to others,
 * which Yjs splits or integrates first. A client or clock of -1 means none.
 */
export interface IncomingStruct {
  readonly kind: 'garbage' | 'tombstone' | 'type' | 'value';
  readonly client: number;
  readonly clock: number;
  readonly length: number;
  readonly originClient: number;
  readonly originClock: number;
  readonly rightClient: number;
  readonly rightClock: number;
  /** A parent (root name or id) is encoded only without origin and right origin. */
  readonly root: string | null;
  readonly parentClient: number;
  readonly parentClock: number;
  readonly key: string | null;
}

export interface ScannedUpdate {
  readonly clients: readonly ClientRange[];
  readonly incomingStructs: readonly IncomingStruct[];
  readonly deletes: DeletedRanges;
  readonly roots: readonly string[];
  /** Whether the update contains structs that the document has, perhaps in another form. */
  readonly repeats: boolean;
}

export type ScanResult =
  | { readonly kind: 'ok'; readonly update: ScannedUpdate }
  /** `clock` of `client` is the first clock that neither the document nor the update has. */
  | { readonly kind: 'missing'; readonly client: number; readonly clock: number }
  | { readonly kind: 'invalid'; readonly reason: MalformedReason; readonly at: number };

export function scanUpdate(bytes: Uint8Array, known: KnownClocks): ScanResult {
  try {
    return new Scan(bytes, known).run();
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'invalid', reason: error.reason, at: error.at };
    throw error;
  }
}

const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_KEY = 0x20;
const KIND_BITS = 0x1f;
const GARBAGE = 0;
const TOMBSTONE = 1;
const TYPE = 7;
const GAP = 10;
/** A struct is at least an info byte and one more byte; a client has three numbers and a struct. */
const MIN_STRUCT_BYTES = 2;
const MIN_CLIENT_BYTES = 5;
const MIN_DELETE_CLIENT_BYTES = 2;
const MIN_DELETE_BYTES = 2;

type Reference = 'origin' | 'right' | 'parent';

class Scan {
  readonly #cursor: ByteCursor;
  readonly #known: KnownClocks;
  readonly #clients: ClientRange[] = [];
  readonly #incomingStructs: IncomingStruct[] = [];
  readonly #deletes = new DeletedRanges();
  readonly #roots = new Set<string>();
  readonly #ends = new Map<number, number>();
  readonly #dependencies = new Map<number, number>();
  #missing: { client: number; clock: number } | null = null;
  #repeats = false;

  // The current struct.
  #client = Number.POSITIVE_INFINITY;
  #clock = 0;
  #refersToNew = false;
  #originClient = -1;
  #originClock = -1;
  #rightClient = -1;
  #rightClock = -1;
  #root: string | null = null;
  #parentClient = -1;
  #parentClock = -1;
  #key: string | null = null;

  constructor(bytes: Uint8Array, known: KnownClocks) {
    this.#cursor = new ByteCursor(bytes);
    this.#known = known;
  }

  run(): ScanResult {
    const cursor = this.#cursor;
    for (let left = cursor.count(MIN_CLIENT_BYTES); left > 0; left--) this.#scanClient();
    for (const [client, clock] of this.#dependencies) {
      const available = this.#available(client);
      if (clock >= available) this.#miss(client, available);
    }
    for (let left = cursor.count(MIN_DELETE_CLIENT_BYTES); left > 0; left--) this.#scanDeletes();
    if (cursor.left > 0) throw new Malformed('trailing-bytes', cursor.at);
    if (this.#missing !== null) return { kind: 'missing', ...this.#missing };
    return {
      kind: 'ok',
      update: {
        clients: this.#clients,
        incomingStructs: this.#incomingStructs,
        deletes: this.#deletes,
        roots: [...this.#roots],
        repeats: this.#repeats,
      },
    };
  }

  #scanClient(): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const structs = cursor.count(MIN_STRUCT_BYTES);
    if (structs === 0) throw new Malformed('count', start);
    const client = cursor.uint();
    // Every Yjs client writes clients in descending order; `Y.mergeUpdates` drops structs in any other.
    if (client >= this.#client) throw new Malformed('client-order', start);
    const known = this.#known(client);
    this.#client = client;
    this.#clock = cursor.clock();
    if (this.#clock > known) this.#miss(client, known);
    if (this.#clock < known) this.#repeats = true;
    for (let left = structs; left > 0; left--) this.#scanStruct(known);
    this.#ends.set(client, this.#clock);
    if (this.#clock > known) this.#clients.push({ client, from: known, to: this.#clock });
  }

  #scanStruct(known: number): void {
    const cursor = this.#cursor;
    const at = cursor.at;
    const info = cursor.byte();
    this.#refersToNew = false;
    this.#originClient = this.#originClock = this.#rightClient = this.#rightClock = -1;
    this.#parentClient = this.#parentClock = -1;
    this.#root = this.#key = null;
    switch (info & KIND_BITS) {
      case GARBAGE:
        if (info !== GARBAGE) throw new Malformed('struct-kind', at);
        this.#record('garbage', cursor.length(), known);
        return;
      case GAP: {
        if (info !== GAP) throw new Malformed('struct-kind', at);
        const available = Math.max(known, this.#clock);
        this.#advance(cursor.length());
        if (this.#clock > known) this.#miss(this.#client, available);
        return;
      }
      default:
        this.#scanItem(info, known);
    }
  }

  #scanItem(info: number, known: number): void {
    if ((info & HAS_ORIGIN) !== 0) this.#scanReference('origin');
    if ((info & HAS_RIGHT_ORIGIN) !== 0) this.#scanReference('right');
    if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
      this.#scanParent();
      // Every map entry has this flag, but the key is encoded only without origin and right origin.
      if ((info & HAS_KEY) !== 0) this.#key = this.#cursor.keyText();
    }
    const ref = info & KIND_BITS;
    const length = this.#scanContent(ref);
    this.#record(ref === TOMBSTONE ? 'tombstone' : ref === TYPE ? 'type' : 'value', length, known);
  }

  #scanParent(): void {
    const at = this.#cursor.at;
    switch (this.#cursor.byte()) {
      case 0:
        this.#scanReference('parent');
        break;
      case 1:
        this.#root = this.#cursor.keyText();
        this.#roots.add(this.#root);
        if (this.#roots.size > CONTENT.maxRoots) throw new Malformed('root-names', at);
        break;
      default:
        throw new Malformed('parent-info', at);
    }
  }

  #scanReference(reference: Reference): void {
    const at = this.#cursor.at;
    const client = this.#cursor.uint();
    const clock = this.#cursor.clock();
    switch (reference) {
      case 'origin':
        this.#originClient = client;
        this.#originClock = clock;
        break;
      case 'right':
        this.#rightClient = client;
        this.#rightClock = clock;
        break;
      case 'parent':
        this.#parentClient = client;
        this.#parentClock = clock;
        break;
    }
    if (client === this.#client) {
      if (clock >= this.#clock) throw new Malformed('self-reference', at);
    } else if (clock >= this.#known(client)) {
      this.#refersToNew = true;
      if (clock > (this.#dependencies.get(client) ?? -1)) this.#dependencies.set(client, clock);
    }
  }

  #scanContent(ref: number): number {
    const cursor = this.#cursor;
    const at = cursor.at;
    switch (ref) {
      case TOMBSTONE:
        return cursor.length();
      case 2: // JSON, from Yjs before 13
        return this.#scanEach(skipJsonOrUndefined);
      case 3: // bytes
        cursor.skip(cursor.uint());
        return 1;
      case 4: {
        const length = cursor.text();
        if (length === 0) throw new Malformed('zero-length', at);
        return length;
      }
      case 5: // embed
        skipJson(cursor);
        return 1;
      case 6: // format
        cursor.key();
        skipJson(cursor);
        return 1;
      case TYPE: {
        const type = cursor.uint();
        if (type > 6) throw new Malformed('type-kind', at);
        if (type === 3 || type === 5) cursor.text(); // the name of an element or a hook
        return 1;
      }
      case 8:
        return this.#scanEach(skipAny);
      case 9:
        throw new Malformed('subdocument', at);
      default:
        throw new Malformed('struct-kind', at);
    }
  }

  #scanEach(skip: (cursor: ByteCursor) => void): number {
    const at = this.#cursor.at;
    const length = this.#cursor.count(1);
    if (length === 0) throw new Malformed('zero-length', at);
    for (let left = length; left > 0; left--) skip(this.#cursor);
    return length;
  }

  #record(kind: IncomingStruct['kind'], length: number, known: number): void {
    const clock = this.#clock;
    this.#advance(length);
    if (this.#clock <= known && this.#originClock < 0 && this.#rightClock < 0 && !this.#refersToNew)
      return;
    this.#incomingStructs.push({
      kind,
      client: this.#client,
      clock,
      length,
      originClient: this.#originClient,
      originClock: this.#originClock,
      rightClient: this.#rightClient,
      rightClock: this.#rightClock,
      root: this.#root,
      parentClient: this.#parentClient,
      parentClock: this.#parentClock,
      key: this.#key,
    });
  }

  #advance(length: number): void {
    this.#clock += length;
    if (this.#clock > CONTENT.maxClock) throw new Malformed('clock-range', this.#cursor.at);
  }

  #scanDeletes(): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const client = cursor.uint();
    if (this.#deletes.has(client)) throw new Malformed('duplicate-deletes', start);
    const available = this.#available(client);
    const ranges: number[] = [];
    let end = 0;
    for (let left = cursor.count(MIN_DELETE_BYTES); left > 0; left--) {
      const at = cursor.at;
      const clock = cursor.clock();
      if (clock < end) throw new Malformed('unsorted-deletes', at);
      end = clock + cursor.length();
      if (end > CONTENT.maxClock) throw new Malformed('clock-range', at);
      ranges.push(clock, end);
    }
    if (end > available) this.#miss(client, available);
    this.#deletes.add(client, ranges);
  }

  #available(client: number): number {
    return Math.max(this.#known(client), this.#ends.get(client) ?? 0);
  }

  /** Reports the first missing clock. The scan continues, because malformed outranks missing. */
  #miss(client: number, clock: number): void {
    this.#missing ??= { client, clock };
  }
}
