import type { ClientMessage, ServerMessage } from '@tandem/protocol';
import type { ManualClock, SeededRandom } from '@tandem/testkit';
import { FakeSocket } from '../testing/fake-socket.ts';
import { Lane } from './lane.ts';

const MAX_LATENCY_MS = 20;

/** A socket with a network between its ends. */
export class Wire extends FakeSocket {
  readonly user: string;
  onArrived: (message: ClientMessage) => void = () => undefined;
  onGone: () => void = () => undefined;
  readonly #there: Lane;
  readonly #back: Lane;

  constructor(
    user: string,
    { clock, random }: { readonly clock: ManualClock; readonly random: SeededRandom },
  ) {
    super();
    this.user = user;
    this.#there = new Lane(clock, { random, maxDelayMs: MAX_LATENCY_MS });
    this.#back = new Lane(clock, { random, maxDelayMs: MAX_LATENCY_MS });
  }

  override send(data: Uint8Array<ArrayBuffer>): void {
    const known = this.sent.length;
    super.send(data);
    for (const message of this.sent.slice(known)) this.#there.add(() => this.onArrived(message));
  }

  override close(): void {
    if (this.closed) return;
    super.close();
    this.#back.cut();
    this.#there.add(() => this.onGone());
  }

  accepted(): void {
    this.#back.add(() => this.open());
  }

  deliver(message: ServerMessage): void {
    this.#back.add(() => this.answer(message));
  }

  /** Drops messages in flight. `silent`: the client is not notified. */
  cut(notice: 'notified' | 'silent'): void {
    this.#there.cut();
    this.#back.cut();
    this.onGone();
    if (notice === 'notified' && !this.closed) this.drop(1006);
  }
}
