/** A person who writes numbered words into a document, and notes when each is sent and saved. */
import { Device } from '../device.ts';
import type { AtEnd, Reachable } from '../running-server.ts';
import type { SignedIn } from '../signed-in.ts';
import type { Sent } from './history.ts';
import type { Work } from './person.ts';

/** More than this is not written while nothing is saved. */
const MAX_UNSAVED = 300;

export class Writer implements Work {
  readonly name: string;
  readonly device: Device;
  /** Bytes behind each word. */
  padding = 0;
  /** A reader does not write. */
  isWriting: boolean;
  readonly #sent: Sent[] = [];
  #writing: Sent | null = null;
  readonly #byId = new Map<number, Sent>();

  constructor(options: {
    readonly name: string;
    readonly document: string;
    readonly guest: SignedIn;
    readonly isWriting: boolean;
  }) {
    this.name = options.name;
    this.isWriting = options.isWriting;
    this.device = new Device(options.document, options.guest, {
      onKept: (id) => this.#handleKept(id),
      onConfirmed: (ids) => {
        for (const id of ids) this.#handleConfirmed(id);
      },
    });
  }

  get sent(): readonly Sent[] {
    return this.#sent;
  }

  get isLive(): boolean {
    return this.device.isConnected && this.device.channel.phase === 'live';
  }

  get isSaved(): boolean {
    return this.isLive && this.device.channel.pending.length === 0;
  }

  get silenceMs(): number {
    return this.device.silenceMs;
  }

  async connect(front: Reachable, atEnd: AtEnd): Promise<void> {
    await this.device.connect(front, { atEnd });
  }

  ping(): void {
    this.device.ping();
  }

  disconnect(): void {
    this.device.disconnect();
  }

  /** As on a device without a network, a writer goes on without a connection. */
  step(): void {
    if (!this.isWriting || this.device.channel.pending.length >= MAX_UNSAVED) return;
    this.#writing = { item: `${this.name}.${this.#sent.length}`, acknowledgedMs: null };
    this.#sent.push(this.#writing);
    this.device.write(`<${this.#writing.item}>${'x'.repeat(this.padding)}`);
    this.#writing = null;
  }

  /** Besides words, the outbox holds what a server requested. */
  #handleKept(id: number): void {
    if (this.#writing !== null) this.#byId.set(id, this.#writing);
  }

  #handleConfirmed(id: number): void {
    const sent = this.#byId.get(id);
    if (sent === undefined) return;
    this.#byId.delete(id);
    sent.acknowledgedMs = performance.now();
  }
}
