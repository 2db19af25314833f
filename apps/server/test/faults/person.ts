/** Somebody at work behind a balancer, with a connection that is replaced when it ends or carries nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AtEnd, Reachable } from '../running-server.ts';
import type { SignedIn } from '../signed-in.ts';

const STEP_MS = 50;
/** A ping after this much silence, and the end of the connection after as much again: faster than a browser. */
const PING_AFTER_MS = 1_000;
const DEAD_AFTER_MS = 3_000;
/** Of everything until a connection is usable. */
const CONNECT_LIMIT_MS = 4_000;
const RETRY_MS = 200;
const RENEW_LIMIT_MS = 2_000;

export interface Work {
  readonly isLive: boolean;
  readonly silenceMs: number;
  /** @param atEnd gets what ends the attempt. @throws when there is no connection. */
  connect(front: Reachable, atEnd: AtEnd): Promise<void>;
  ping(): void;
  disconnect(): void;
  /** Called every 50 ms while there is a connection, or none is needed. */
  step(): void;
}

export class Person {
  readonly #front: Reachable;
  readonly #guest: SignedIn;
  readonly #work: Work;
  #state: 'here' | 'gone' = 'here';
  #run: Promise<void> = Promise.resolve();

  constructor(front: Reachable, guest: SignedIn, work: Work) {
    this.#front = front;
    this.#guest = guest;
    this.#work = work;
  }

  start(): void {
    this.#run = this.#goOn();
  }

  async leave(): Promise<void> {
    this.#state = 'gone';
    await this.#run;
    this.#work.disconnect();
  }

  async #goOn(): Promise<void> {
    const work = this.#work;
    while (this.#state === 'here') {
      if (!work.isLive) await this.#connect();
      else if (work.silenceMs > DEAD_AFTER_MS) work.disconnect();
      else if (work.silenceMs > PING_AFTER_MS) work.ping();
      work.step();
      await sleep(STEP_MS);
    }
  }

  async #connect(): Promise<void> {
    let end = (): unknown => undefined;
    const limit = setTimeout(() => end(), CONNECT_LIMIT_MS);
    try {
      await this.#work.connect(this.#front, (run) => (end = run));
    } catch {
      end();
      await sleep(RETRY_MS);
      // The token may be one that has expired.
      await this.#renew();
    } finally {
      clearTimeout(limit);
    }
  }

  async #renew(): Promise<void> {
    try {
      const answer = await fetch(`${this.#front.url}/api/session`, {
        method: 'POST',
        headers: { Cookie: this.#guest.cookie },
        signal: AbortSignal.timeout(RENEW_LIMIT_MS),
      });
      if (answer.ok) Object.assign(this.#guest, await answer.json());
    } catch {
      // The next attempt tries again.
    }
  }
}
