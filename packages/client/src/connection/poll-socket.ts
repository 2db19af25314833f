/**
 * A socket that receives by polling. The server responds when it has a message if the client has a
 * long-poll slot; otherwise the client polls at intervals. The server repeats a lost response.
 */
import {
  BRIEF_POLL_HIDDEN_MS,
  BRIEF_POLL_VISIBLE_MS,
  POLL_HOLD_MS,
  TRANSPORT_HEADERS,
} from '@tandem/protocol';
import { backoffMs } from '../backoff.ts';
import type { Environment } from '../environment.ts';
import type { LongPollSlot, LongPollSlots } from './long-poll-slots.ts';
import { HttpSocket, type HttpSocketOptions } from './http-socket.ts';

const ANSWER_HOLD_MS = 300;
/** A longer poll that was cut off is assumed to have hit a proxy's timeout. */
const CUT_AFTER_MS = 1_000;
const MIN_HOLD_MS = 1_000;
const BACKOFF = { baseMs: 250, capMs: 4_000 };
const MAX_FAILURES = 6;

export interface PollSocketOptions extends HttpSocketOptions {
  readonly longPollSlots: LongPollSlots;
}

export class PollSocket extends HttpSocket {
  readonly #environment: Environment;
  readonly #longPollSlots: LongPollSlots;
  readonly #stopListening: () => void;
  #held: LongPollSlot | null = null;
  #holdMs = POLL_HOLD_MS;
  #received = 0;
  #isAnswerDue = false;
  #timer: unknown = null;
  #wake: (() => void) | null = null;

  constructor(options: PollSocketOptions) {
    super(options);
    this.#environment = options.environment;
    this.#longPollSlots = options.longPollSlots;
    this.#stopListening = options.environment.listen((event) => {
      if (event === 'wake' || event === 'online') this.#wake?.();
    });
  }

  protected override async run(opening: Uint8Array<ArrayBuffer>): Promise<void> {
    const first = await this.requests.open('poll', opening);
    if (!this.opened(first)) return;
    await this.#take(first);
    let failures = 0;
    while (!this.isClosed) {
      this.#held ??= await this.#longPollSlots.take();
      if (this.isClosed) {
        this.release();
        return;
      }
      const outcome = await this.#ask();
      if (this.isClosed) return;
      failures = outcome === 'answered' ? 0 : failures + 1;
      if (outcome === 'over' || failures > MAX_FAILURES) return this.fail();
      if (outcome === 'lost') await this.#pause(backoffMs(BACKOFF, failures - 1));
      else if (outcome === 'answered' && this.#held === null && !this.#isAnswerDue)
        await this.#pause(this.#intervalMs());
    }
  }

  protected override arrived(): void {
    this.#isAnswerDue = true;
    this.#wake?.();
  }

  protected override release(): void {
    this.#stopListening();
    this.#environment.clock.clearTimeout(this.#timer);
    this.#wake?.();
    this.#held?.release();
    this.#held = null;
  }

  /** `cut`: a proxy ended the poll; one with a shorter hold may get through. */
  async #ask(): Promise<'answered' | 'cut' | 'lost' | 'over'> {
    const { clock } = this.#environment;
    const askedAt = clock.now();
    const isAnswerDue = this.#isAnswerDue;
    this.#isAnswerDue = false;
    const hold = this.#held !== null ? this.#holdMs : isAnswerDue ? ANSWER_HOLD_MS : 0;
    try {
      const answer = await this.requests.post('poll', { received: this.#received, hold });
      if (answer.status >= 400 && answer.status < 500) return 'over';
      if (answer.ok) {
        await this.#take(answer);
        return 'answered';
      }
    } catch {
      // Treated like the error of a proxy that does not reach the server.
    }
    const keptMs = clock.now() - askedAt;
    if (hold === 0 || keptMs < CUT_AFTER_MS) return 'lost';
    this.#holdMs = Math.max(MIN_HOLD_MS, Math.min(this.#holdMs, keptMs) / 2);
    return 'cut';
  }

  async #take(answer: Response): Promise<void> {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const sequence = Number(answer.headers.get(TRANSPORT_HEADERS.sequence));
    // Empty, or already received.
    if (!(sequence > this.#received)) return;
    this.#received = sequence;
    this.take(this.reader().push(bytes));
  }

  #intervalMs(): number {
    return this.#environment.visible() ? BRIEF_POLL_VISIBLE_MS : BRIEF_POLL_HIDDEN_MS;
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#environment;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#timer = clock.setTimeout(resolve, ms);
    });
    this.#wake = null;
    clock.clearTimeout(this.#timer);
  }
}
