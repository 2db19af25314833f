/**
 * Waits for what a document's channel needs of the server: the answer to its `open`, rows, and
 * acknowledgements (SY33, SY40, SY42).
 */
import type { ErrorBody } from '@tandem/protocol';
import {
  ASK_AGAIN_CAP_MS,
  CONFIRM_AGAIN_CAP_MS,
  CONFIRM_AGAIN_MS,
  OPEN_AGAIN_MS,
  RECONNECT_AT_REPETITION,
  RECONNECT_SPREAD_MS,
  RECOVER_AGAIN_MS,
  REOPEN_AT_REPETITION,
  type ClientChannel,
} from '@tandem/sync';
import { AnswerDeadline } from '../answer-deadline.ts';
import type { Connection } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';

export interface ChannelDeadlinesOptions {
  readonly connection: Pick<Connection, 'ping' | 'reconnect' | 'state'>;
  readonly environment: Pick<Environment, 'clock' | 'random'>;
  readonly reopen: () => void;
  readonly requestRows: () => void;
}

export class ChannelDeadlines {
  readonly #options: ChannelDeadlinesOptions;
  readonly #opened: AnswerDeadline;
  readonly #rows: AnswerDeadline;
  readonly #acknowledged: AnswerDeadline;
  #reconnectTimer: unknown = null;

  constructor(options: ChannelDeadlinesOptions) {
    this.#options = options;
    const { connection, reopen, requestRows } = options;
    const { clock } = options.environment;
    this.#opened = new AnswerDeadline({
      connection,
      clock,
      wait: { baseMs: OPEN_AGAIN_MS, capMs: ASK_AGAIN_CAP_MS },
      overdue: (misses) => (misses === RECONNECT_AT_REPETITION ? this.#reconnectSoon() : reopen()),
    });
    this.#rows = new AnswerDeadline({
      connection,
      clock,
      wait: { baseMs: RECOVER_AGAIN_MS, capMs: ASK_AGAIN_CAP_MS },
      overdue: (misses) => (misses < REOPEN_AT_REPETITION ? requestRows() : reopen()),
    });
    this.#acknowledged = new AnswerDeadline({
      connection,
      clock,
      wait: { baseMs: CONFIRM_AGAIN_MS, capMs: CONFIRM_AGAIN_CAP_MS },
      overdue: reopen,
    });
  }

  /** The time to the next repetition of an unanswered `open`; null before the first one. */
  get openAgainMs(): number | null {
    return this.#opened.misses === 0 ? null : this.#opened.waitMs;
  }

  /** @param storageError why the server cannot acknowledge at the moment (W44) */
  follow(channel: ClientChannel | null, storageError: ErrorBody | null): void {
    const isConnected = this.#options.connection.state.kind === 'connected';
    const cseq = channel?.unacknowledged ?? null;
    const rows = channel?.missingAfter ?? null;
    if (rows === null) this.#rows.answered();
    else if (isConnected) this.#rows.follow(rows);
    if ((channel?.pending.length ?? 0) === 0) this.#acknowledged.answered();
    else if (cseq === null || storageError !== null) this.#acknowledged.pause();
    else this.#acknowledged.follow(cseq);
    const phase = channel?.phase ?? 'closed';
    const isOpening = phase === 'opening' && isConnected;
    if (!isOpening) this.#cancelReconnect();
    if (isOpening) this.#opened.follow('opened');
    else if (phase === 'opening' || phase === 'closed') this.#opened.pause();
    else this.#opened.answered();
  }

  openAnswered(): void {
    this.#opened.answered();
  }

  pong(nonce: number): void {
    this.#opened.pong(nonce);
    this.#rows.pong(nonce);
    this.#acknowledged.pong(nonce);
  }

  cancel(): void {
    this.#cancelReconnect();
    this.#opened.pause();
    this.#rows.pause();
    this.#acknowledged.pause();
  }

  #reconnectSoon(): void {
    const { connection, environment } = this.#options;
    this.#reconnectTimer = environment.clock.setTimeout(
      () => connection.reconnect(),
      environment.random.next() * RECONNECT_SPREAD_MS,
    );
  }

  #cancelReconnect(): void {
    this.#options.environment.clock.clearTimeout(this.#reconnectTimer);
  }
}
