/** A tab whose clock, network flag and events a test controls. */
import { ManualClock, SeededRandom } from '@tandem/testkit';
import type { Environment, EnvironmentEvent } from '../environment.ts';
import { Listeners } from '../listeners.ts';

export class FakeEnvironment implements Environment {
  readonly clock = new ManualClock(1_000_000);
  readonly random = new SeededRandom(7);
  isOnline = true;
  isVisible = true;
  readonly #listeners = new Listeners<(event: EnvironmentEvent) => void>();

  online = () => this.isOnline;
  visible = () => this.isVisible;

  frame(run: () => void): void {
    this.clock.setTimeout(run, 16);
  }

  listen(listener: (event: EnvironmentEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  emit(event: EnvironmentEvent): void {
    this.#listeners.notify((listener) => listener(event));
  }
}
