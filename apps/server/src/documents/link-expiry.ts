/**
 * Ends links when their time is over (PO11). Each server does so by itself, with a command that takes effect once: it is
 * not a job, because a node that dies with a job would keep a link open for as long as its lease.
 */
import { ulid } from 'ulid';
import type { CommandRunner } from '../commands/command-runner.ts';
import { LINK_EXPIRY } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { RepeatedAttempt } from '../runtime/repeated-attempt.ts';
import { findExpiringLinks } from '../storage/link-terms.ts';
import type { Database } from '../storage/tables.ts';

export interface LinkExpiryOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>;
  readonly log: Pick<Log, 'error'>;
}

export class LinkExpiry implements Disposable {
  readonly #options: LinkExpiryOptions;
  readonly #attempt: RepeatedAttempt;
  #timer: unknown = null;
  #isEnded = false;

  constructor(options: LinkExpiryOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#attempt = new RepeatedAttempt({
      run: () => this.#expire(),
      onFailed: (err) => log.error({ err }, 'links could not be ended'),
      clock,
      backoff: LINK_EXPIRY.retry,
    });
  }

  /** Ends what was over before the server started, so that nobody comes in by it. */
  async start(): Promise<void> {
    try {
      await this.#expire();
    } catch {
      this.#attempt.request();
    }
  }

  /** A link may have got another time, here or on another node. */
  check(): void {
    this.#attempt.request();
  }

  [Symbol.dispose](): void {
    this.#isEnded = true;
    this.#attempt[Symbol.dispose]();
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #expire(): Promise<void> {
    const { db, runner, clock } = this.#options;
    const links = await findExpiringLinks(db, LINK_EXPIRY.batch);
    const due = links.filter(({ expiresAt }) => expiresAt <= clock.now());
    for (const { document, owner } of due) {
      const command = { id: ulid(), name: 'link:expire', input: { document } } as const;
      const answer = await runner.run({ user: owner ?? '', command });
      if (answer.kind === 'refused') throw new Error(answer.error.message);
    }
    const next = links.find(({ expiresAt }) => expiresAt > clock.now());
    if (due.length === 0 && next === undefined) return this.#wake(null);
    this.#wake(due.length > 0 ? 0 : next!.expiresAt - clock.now());
  }

  #wake(delayMs: number | null): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (delayMs === null || this.#isEnded) return;
    const { minWaitMs, maxWaitMs } = LINK_EXPIRY;
    const wait = Math.min(maxWaitMs, Math.max(minWaitMs, delayMs));
    this.#timer = clock.setTimeout(() => this.#attempt.request(), wait);
  }
}
