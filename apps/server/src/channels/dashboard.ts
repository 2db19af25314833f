/** The `dashboard` channel: one server sample per second, shared by all viewers. */
import {
  DASHBOARD_INTERVAL_MS,
  MAX_DASHBOARD_SAMPLES,
  type DashboardSample,
} from '@tandem/protocol';
import { LatestChannel } from './latest-channel.ts';

export interface DashboardOptions {
  readonly number: number;
  readonly sample: () => DashboardSample;
  readonly maySee: (user: string) => boolean;
  readonly onDelivered: (receivers: number) => void;
  readonly onError: (error: unknown) => void;
}

export class Dashboard implements Disposable {
  readonly channel: LatestChannel;
  readonly #sample: () => DashboardSample;
  readonly #onError: (error: unknown) => void;
  readonly #samples: DashboardSample[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor({ number, sample, maySee, onDelivered, onError }: DashboardOptions) {
    this.#sample = sample;
    this.#onError = onError;
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

  start(): void {
    this.#timer ??= setInterval(() => this.#tickSafely(), DASHBOARD_INTERVAL_MS).unref();
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
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
    if (this.#samples.push(sample) > MAX_DASHBOARD_SAMPLES) this.#samples.shift();
    this.channel.publish({ type: 'dashboard:changed', channel: this.channel.number, sample });
  }
}
