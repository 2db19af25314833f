/**
 * One pass over the bytes of a Yjs update in format V1, before Yjs sees them. It answers three
 * questions: is this an update that Yjs could have written, does the document have everything it
 * builds on, and what does it add? Content is passed over; what is new to the document leaves a small
 * record for each struct, the input of the rehearsal.
 *
 * Refused is only what no Yjs client writes. What a client may write but the document is not ready
 * for (clocks it lacks, a gap that `Y.mergeUpdates` filled with a Skip) is `missing`: Yjs would park
 * it as pending, we ask its sender for the rest instead.
 */

import { ByteCursor, Malformed, type MalformedReason } from './byte-cursor.ts';
import { DeletedRanges } from './deleted-ranges.ts';
import { MAX_CLOCK, MAX_ROOT_NAMES } from './limits.ts';
import { passAny, passJson, passJsonOrUndefined } from './values.ts';

/** The next clock that the document expects of a client; 0 for one it does not know. */
export type KnownClocks = (client: number) => number;

/** What an update adds under one client id: clocks `from` up to and without `to`. */
export interface ClientRange {
  readonly client: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A struct of which the document lacks at least the end; or all of whose clocks are known, but that
 * names other structs, which Yjs then splits or integrates first. A client or clock of -1 is none.
 */
export interface IncomingStruct {
  readonly kind: 'garbage' | 'tombstone' | 'type' | 'value';
  readonly client: number;
  /** Of its first element, which the document may have already. */
  readonly clock: number;
  readonly length: number;
  readonly originClient: number;
  readonly originClock: number;
  readonly rightClient: number;
  readonly rightClock: number;
  /** The parent is written only when there is neither origin nor right origin: a root's name or an id. */
  readonly root: string | null;
  readonly parentClient: number;
  readonly parentClock: number;
  /** The key in a parent that is a map. */
  readonly key: string | null;
}

export interface ScannedUpdate {
  /** One entry for each client id under which the update adds something. */
  readonly clients: readonly ClientRange[];
  /** In the order of the bytes: grouped by client, by clock within. */
  readonly incomingStructs: readonly IncomingStruct[];
  readonly deletes: DeletedRanges;
  /** Every root type that it names, known to the document or not. */
  readonly roots: readonly string[];
  /** Whether it holds structs that the document has, perhaps in another form. */
  readonly repeats: boolean;
}

export type ScanResult =
  | { readonly kind: 'ok'; readonly update: ScannedUpdate }
  /** `clock` of `client` is the first that the document and the update lack. */
  | { readonly kind: 'missing'; readonly client: number; readonly clock: number }
  /** `at` is an offset in bytes. */
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
/** A struct takes at least its info byte and one byte more, a client at least its three numbers. */
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
  /** The end of each client in this update, whether new or not. */
  readonly #ends = new Map<number, number>();
  /** The highest clock of other clients that the structs refer to and the document lacks. */
  readonly #needs = new Map<number, number>();
  #missing: { client: number; clock: number } | null = null;
  #repeats = false;

  // The struct that is being read.
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
    for (const [client, clock] of this.#needs) {
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
    // `Y.mergeUpdates` drops what is not in the descending order that every Yjs client writes.
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
        this.#arrive('garbage', cursor.length(), known);
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
      // Written as a flag on every entry of a map, as a key only where nothing else tells.
      if ((info & HAS_KEY) !== 0) this.#key = this.#cursor.keyText();
    }
    const ref = info & KIND_BITS;
    const length = this.#scanContent(ref);
    this.#arrive(ref === TOMBSTONE ? 'tombstone' : ref === TYPE ? 'type' : 'value', length, known);
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
        if (this.#roots.size > MAX_ROOT_NAMES) throw new Malformed('root-names', at);
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
      if (clock > (this.#needs.get(client) ?? -1)) this.#needs.set(client, clock);
    }
  }

  /** @returns how many clocks the content takes. */
  #scanContent(ref: number): number {
    const cursor = this.#cursor;
    const at = cursor.at;
    switch (ref) {
      case TOMBSTONE:
        return cursor.length();
      case 2: // JSON, of clients older than 13
        return this.#scanEach(passJsonOrUndefined);
      case 3: // bytes
        cursor.skip(cursor.uint());
        return 1;
      case 4: {
        const length = cursor.text();
        if (length === 0) throw new Malformed('zero-length', at);
        return length;
      }
      case 5: // embed
        passJson(cursor);
        return 1;
      case 6: // format
        cursor.key();
        passJson(cursor);
        return 1;
      case TYPE: {
        const type = cursor.uint();
        if (type > 6) throw new Malformed('type-kind', at);
        if (type === 3 || type === 5) cursor.text(); // the name of an element or a hook
        return 1;
      }
      case 8:
        return this.#scanEach(passAny);
      case 9:
        throw new Malformed('subdocument', at);
      default:
        throw new Malformed('struct-kind', at);
    }
  }

  #scanEach(pass: (cursor: ByteCursor) => void): number {
    const at = this.#cursor.at;
    const length = this.#cursor.count(1);
    if (length === 0) throw new Malformed('zero-length', at);
    for (let left = length; left > 0; left--) pass(this.#cursor);
    return length;
  }

  #arrive(kind: IncomingStruct['kind'], length: number, known: number): void {
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
    if (this.#clock > MAX_CLOCK) throw new Malformed('clock-range', this.#cursor.at);
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
      if (end > MAX_CLOCK) throw new Malformed('clock-range', at);
      ranges.push(clock, end);
    }
    if (end > available) this.#miss(client, available);
    this.#deletes.add(client, ranges);
  }

  #available(client: number): number {
    return Math.max(this.#known(client), this.#ends.get(client) ?? 0);
  }

  /** The first one is the one told; the scan goes on, since malformed outweighs missing. */
  #miss(client: number, clock: number): void {
    this.#missing ??= { client, clock };
  }
}
