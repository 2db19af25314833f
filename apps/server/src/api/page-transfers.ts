/**
 * Public pages on their way to readers. All readers of a page share its bytes. A reader who hardly reads, or whose page was
 * taken off meanwhile, is left; so is the one who began first in the network that holds most, while more bytes are on their
 * way than the node may hold. Where no network is known, one reader cannot be told from all others: then a new one waits.
 */
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { TransferWatch } from '../files/transfer-watch.ts';
import { abandonAnswer } from '../http/abandoned-answer.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';

/** Who asks for a page. */
interface PageReader {
  readonly bytes: Uint8Array;
  /** Null where it is not known, as behind a proxy. */
  readonly network: string | null;
}

interface PageTransfer extends PageReader {
  /** Whether the page may still be read (PB6). */
  readonly isAllowed: () => Promise<boolean>;
}

interface Running extends PageReader {
  readonly answer: ServerResponse;
  readonly watch: TransferWatch;
}

export class PageTransfers {
  readonly #clock: Clock;
  readonly #held = new HeldBytes();
  readonly #networks = new Map<string | null, NetworkTransfers>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ask before the head is written. @returns null where the page may be sent */
  refusalOf({ bytes, network }: PageReader): 'network-full' | 'full' | null {
    const own = this.#networks.get(network);
    const { maxTransfersOfNetwork, maxTransfersOfUnknown, maxBytesOfNetwork } = PUBLIC_PAGES;
    if (network !== null && own !== undefined) {
      const held = own.held.with(bytes);
      if (own.running.size >= maxTransfersOfNetwork || held > maxBytesOfNetwork)
        return 'network-full';
    }
    if (network === null && (own?.running.size ?? 0) >= maxTransfersOfUnknown) return 'full';
    const isRoom = this.#held.with(bytes) <= PUBLIC_PAGES.maxBytesInFlight;
    return isRoom || this.#largest() !== null ? null : 'full';
  }

  /** @param answer whose head was written. */
  send(answer: ServerResponse, { bytes, network, isAllowed }: PageTransfer): void {
    const watch = new TransferWatch({ isAllowed, clock: this.#clock });
    const running: Running = { answer, bytes, network, watch };
    while (this.#held.with(bytes) > PUBLIC_PAGES.maxBytesInFlight) {
      const [first] = this.#largest()?.running ?? [];
      if (first === undefined) break;
      this.#abandon(first);
    }
    this.#add(running);
    watch.signal.addEventListener('abort', () => this.#abandon(running));
    watch.start();
    pipeline(Readable.from(chunksOf(bytes, watch)), answer, () => this.#forget(running));
  }

  /** Of the known networks; null where none reads. */
  #largest(): NetworkTransfers | null {
    let largest: NetworkTransfers | null = null;
    for (const [network, transfers] of this.#networks)
      if (network !== null && transfers.held.total > (largest?.held.total ?? 0))
        largest = transfers;
    return largest;
  }

  #abandon(running: Running): void {
    this.#forget(running);
    abandonAnswer(running.answer);
  }

  #add(running: Running): void {
    const { bytes, network } = running;
    const own = this.#networks.get(network) ?? { running: new Set(), held: new HeldBytes() };
    this.#networks.set(network, own);
    own.running.add(running);
    own.held.add(bytes);
    this.#held.add(bytes);
  }

  #forget(running: Running): void {
    const { bytes, network, watch } = running;
    watch[Symbol.dispose]();
    const own = this.#networks.get(network);
    if (own?.running.delete(running) !== true) return;
    own.held.delete(bytes);
    this.#held.delete(bytes);
    if (own.running.size === 0) this.#networks.delete(network);
  }
}

interface NetworkTransfers {
  /** Those that began first come first. */
  readonly running: Set<Running>;
  readonly held: HeldBytes;
}

/** Bytes that count once, however many readers share them. */
class HeldBytes {
  readonly #readers = new Map<Uint8Array, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** How many there would be with these. */
  with(bytes: Uint8Array): number {
    return this.#total + (this.#readers.has(bytes) ? 0 : bytes.length);
  }

  add(bytes: Uint8Array): void {
    this.#total = this.with(bytes);
    this.#readers.set(bytes, (this.#readers.get(bytes) ?? 0) + 1);
  }

  delete(bytes: Uint8Array): void {
    const left = (this.#readers.get(bytes) ?? 0) - 1;
    if (left > 0) this.#readers.set(bytes, left);
    else if (this.#readers.delete(bytes)) this.#total -= bytes.length;
  }
}

/** The next chunk is asked for once the one before has left. */
function* chunksOf(bytes: Uint8Array, watch: TransferWatch): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PUBLIC_PAGES.chunkBytes) {
    const chunk = bytes.subarray(at, at + PUBLIC_PAGES.chunkBytes);
    yield chunk;
    watch.moved(chunk.length);
  }
}
