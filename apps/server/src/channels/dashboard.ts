/**
 * The `dashboard` channel: one server sample per second, shared by all viewers. A server without
 * connections takes none.
 */
import {
  DASHBOARD_INTERVAL_MS,
  MAX_DASHBOARD_SAMPLES,
  type DashboardSample,
} from '@tandem/protocol';
import type { Clock } from '../runtime/clock.ts';
import { OnDemandInterval } from '../runtime/on-demand-interval.ts';
import { LatestChannel } from './latest-channel.ts';

const MAX_AGE_MS = MAX_DASHBOARD_SAMPLES * DASHBOARD_INTERVAL_MS;

export interface DashboardOptions {
  readonly number: number;
  readonly clock: Clock;
  readonly sample: () => DashboardSample;
  /** Whether there are connections. */
  readonly isInUse: () => boolean;
  readonly maySee: (user: string) => boolean;
  readonly onDelivered: (receivers: number) => void;
  readonly onError: (error: unknown) => void;
}

export class Dashboard implements Disposable {
  readonly channel: LatestChannel;
  readonly #sample: () => DashboardSample;
  readonly #onError: (error: unknown) => void;
  readonly #samples: DashboardSample[] = [];
  readonly #interval: OnDemandInterval;

  constructor({ number, clock, sample, isInUse, maySee, onDelivered, onError }: DashboardOptions) {
    this.#sample = sample;
    this.#onError = onError;
    this.#interval = new OnDemandInterval({
      clock,
      intervalMs: DASHBOARD_INTERVAL_MS,
      tick: () => this.#tickSafely(),
      isNeeded: isInUse,
    });
    this.channel = new LatestChannel({
      name: 'dashboard',
      number,
      maySee,
      state: () => ({ type: 'dashboard', samples: this.#samples }),
      onDelivered,
    });
  }

  get samples(): readonly DashboardSample[] {
    return this.#samples;
  }

  /** There is a connection. */
  resume(): void {
    this.#interval.request();
  }

  [Symbol.dispose](): void {
    this.#interval[Symbol.dispose]();
  }

  #tickSafely(): void {
    try {
      this.#tick();
    } catch (error) {
      this.#onError(error);
    }
  }

  #tick(): void {
    const sample = this.#sample();
    this.#samples.push(sample);
    while (this.#samples[0]!.at <= sample.at - MAX_AGE_MS) this.#samples.shift();
    if (this.#samples.length > MAX_DASHBOARD_SAMPLES) this.#samples.shift();
    this.channel.publish({ type: 'dashboard:changed', channel: this.channel.number, sample });
  }
}
