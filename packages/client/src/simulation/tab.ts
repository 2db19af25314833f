import type { ManualClock, SeededRandom } from '@tandem/testkit';
import { Client } from '../client.ts';
import type { DocumentSession } from '../document/document-session.ts';
import type { Clock, Environment, EnvironmentEvent } from '../environment.ts';
import { Listeners } from '../listeners.ts';
import { textOf, tokensIn } from './content.ts';
import type { Device, Fate } from './device.ts';
import { Wire } from './wire.ts';

export interface TabOptions {
  readonly name: string;
  readonly device: Device;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly dial: (wire: Wire) => boolean;
  readonly changed: (tab: Tab) => void;
}

/** A page with the real client in it, until it is closed or crashes. */
export class Tab {
  readonly name: string;
  readonly device: Device;
  readonly client: Client;
  readonly #changed: () => void;
  readonly #endDisk: (fate: Fate) => void;
  readonly #listeners = new Listeners<(event: EnvironmentEvent) => void>();
  readonly #wires: Wire[] = [];
  #session: DocumentSession | null = null;
  #isAlive = true;

  constructor({ name, device, clock, random, dial, changed }: TabOptions) {
    this.name = name;
    this.device = device;
    this.#changed = () => changed(this);
    const { store, unloadOutbox, end } = device.open({ clock, random });
    this.#endDisk = end;
    const own: Clock = {
      now: () => clock.now(),
      setTimeout: (run, delayMs) => clock.setTimeout(() => this.#isAlive && run(), delayMs),
      clearTimeout: (handle) => clock.clearTimeout(handle),
    };
    const environment: Environment = {
      clock: own,
      random,
      online: () => true,
      visible: () => true,
      frame: (run) => void own.setTimeout(run, 16),
      listen: (listener) => this.#listeners.add(listener),
    };
    const user = { id: device.name, name: 'Amber Heron', color: 1 };
    this.client = new Client({
      base: 'http://server',
      environment,
      store,
      durable: true,
      unloadOutbox,
      schema: 1,
      fetch: async () => Response.json({ user, token: 't', expiresAt: clock.now() + 600_000 }),
      webSocket: () => {
        const wire = new Wire(device.name, { clock, random });
        this.#wires.push(wire);
        if (!dial(wire)) own.setTimeout(() => wire.drop(1006), 5);
        return wire;
      },
    });
    this.client.start();
    this.enter();
  }

  get session(): DocumentSession | null {
    return this.#session;
  }

  get text(): string {
    return this.#session === null ? '' : textOf(this.#session.doc).toJSON();
  }

  get wire(): Wire | undefined {
    return this.#wires.at(-1);
  }

  enter(): void {
    if (this.#session !== null) return;
    this.#session = this.client.openDocument('document');
    this.#session.onChange(this.#changed);
  }

  leave(): void {
    if (this.#session === null) return;
    this.#session = null;
    this.client.closeDocument('document');
  }

  write(token: string, random: SeededRandom): void {
    if (this.#session === null) return;
    const text = this.text;
    const ends = tokensIn(text).map((other) => text.indexOf(other) + other.length);
    textOf(this.#session.doc).insert(random.pick([text.length, ...ends]), token);
  }

  hide(): void {
    this.#notify('hidden');
  }

  close(fate: Fate): void {
    this.#notify('leaving');
    this.#end(fate);
  }

  crash(): void {
    this.#end('dropped');
  }

  #notify(event: EnvironmentEvent): void {
    this.#listeners.notify((listener) => listener(event));
  }

  #end(fate: Fate): void {
    this.#isAlive = false;
    this.#session = null;
    this.#endDisk(fate);
    for (const wire of this.#wires) wire.cut('silent');
    // Ends timers in this process; the client can reach nothing any more.
    void this.client.close();
  }
}
