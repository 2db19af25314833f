/**
 * One document: people who type on several devices, a network, a process and a disk, with the
 * faults that a seed selects. In the end the faults stop, and all copies must be equal.
 */
import type { ClientMessage, ServerMessage } from '@tandem/protocol';
import {
  assertInvariant,
  createSimulation,
  type Link,
  type SimulatedSystem,
  type SimulationEnvironment,
} from '@tandem/testkit';
import { DeviceModel, type Stored } from './device-model.ts';
import { JournalModel } from './journal-model.ts';
import { ServerModel } from './server-model.ts';

type Message = ClientMessage | ServerMessage;

const MAX_DEVICES = 5;
const RESTART_MS = 40;
const ZOMBIE_MS = 80;

const WEIGHTS = {
  type: 60,
  slip: 2,
  erase: 12,
  poison: 2,
  cut: 6,
  zombie: 5,
  leave: 4,
  stall: 5,
  'crash-device': 4,
  forget: 2,
  'second-page': 2,
  'crash-server': 3,
  'lose-engine': 3,
  compact: 5,
  view: 2,
  edit: 3,
  replace: 1,
  restore: 1,
};
const FAULT_RATES = { commitFails: 0.15, commitCrashes: 0.03, updatesSkipped: 0.1 };

type Action = keyof typeof WEIGHTS;
type Environment = SimulationEnvironment<Message, keyof typeof FAULT_RATES>;

export const documentSimulation = createSimulation(
  {
    title: 'one document',
    // The room held back an update after a `state:request`, and the engine took the repair for it.
    keptSeeds: [20, 22],
    steps: 120,
    maxStepMs: 12,
    jitterMs: [2, 20],
    weights: WEIGHTS,
    always: ['type', 'erase', 'edit'],
    faultRates: FAULT_RATES,
  },
  (environment: Environment) => new SimulatedDocument(environment),
);

class SimulatedDocument implements SimulatedSystem<Action> {
  readonly #environment: Environment;
  readonly #journal = new JournalModel();
  readonly #devices: DeviceModel[] = [];
  readonly #readers = new Set<string>();
  #server: ServerModel | null = null;
  #marks = 0;
  /** Content of the copies when an older backup replaced the journal. */
  #restored: Uint8Array[] = [];
  #poisoned = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  start(): void {
    this.#startServer();
    const people = this.#environment.random.int(2, 3);
    for (let person = 0; person < people; person++) this.#addDevice(`person-${'abc'[person]}-`);
  }

  act(action: Action): void {
    const { random, network } = this.#environment;
    const device = random.pick(this.#devices);
    const links = network.links(device.name);
    switch (action) {
      case 'type':
        for (let count = random.int(1, 3); count > 0; count--)
          device.type(`${device.name}.${++this.#marks}`);
        break;
      case 'slip':
        device.slip(`${device.name}.${++this.#marks}`);
        break;
      case 'erase':
        device.erase();
        break;
      case 'poison':
        // Content that is rejected with it is missing on the server in the end.
        this.#poisoned = true;
        device.poison();
        break;
      case 'cut':
        for (const link of links) link.cut(random.pick(['both', { only: 'server' }] as const));
        if (links.length > 0) device.leaveConnection();
        break;
      case 'zombie':
        for (const link of links) this.#abandon(link);
        device.leaveConnection();
        break;
      case 'leave':
        device.leaveConnection();
        break;
      case 'stall':
        for (const link of links) this.#environment.stall(link, ZOMBIE_MS);
        break;
      case 'crash-device':
        if (device.mayCrash) device.crash();
        break;
      case 'forget':
        if (device.mayCrash) device.crashForgetting();
        break;
      case 'second-page':
        if (device.mayCrash && this.#devices.length < MAX_DEVICES)
          this.#addDevice(device.name.replace(/\d+$/, ''), device.copyOfStored());
        break;
      case 'crash-server':
        this.#server?.crash();
        break;
      case 'lose-engine':
        this.#server?.loseEngine();
        break;
      case 'compact':
        this.#server?.compact();
        break;
      case 'view':
      case 'edit':
        if (action === 'view') this.#readers.add(device.name);
        else this.#readers.delete(device.name);
        this.#server?.setAccess(device.name, action);
        break;
      case 'replace':
        this.#server?.crash();
        this.#journal.replace();
        this.#restored = [];
        break;
      case 'restore':
        this.#server?.crash();
        this.#journal.restore(random.int(0, this.#journal.head));
        for (const { stored } of this.#devices)
          if (stored.position?.epoch === this.#journal.epoch) this.#restored.push(...stored.copy);
    }
  }

  #addDevice(user: string, stored?: Stored): void {
    const { clock, random, network } = this.#environment;
    const name = `${user}${this.#devices.length}`;
    const dial = (from: string) => {
      if (this.#server === null) return null;
      const link = network.connect(from, 'server');
      this.#server.accept(link.end('server'), this.#readers.has(from) ? 'view' : 'edit');
      return link.end(from);
    };
    this.#devices.push(
      new DeviceModel({
        name,
        clock,
        random,
        journal: this.#journal,
        dial,
        ...(stored === undefined ? {} : { stored }),
      }),
    );
  }

  #startServer(): void {
    const { clock, random, faults } = this.#environment;
    this.#server = new ServerModel({
      clock,
      random,
      faults,
      journal: this.#journal,
      crashed: () => {
        this.#server = null;
        clock.setTimeout(() => this.#startServer(), random.int(1, RESTART_MS));
      },
    });
  }

  /**
   * The client drops the connection; the server keeps it for a while and may still receive from it.
   */
  #abandon(link: Link<Message>): void {
    const { clock, random } = this.#environment;
    const server = this.#server;
    if (random.chance(0.5)) link.cut('neither');
    else for (const end of link.ends) link.stall(end.name);
    clock.setTimeout(
      () => {
        for (const end of link.ends) link.resume(end.name);
        server?.drop(link.end('server'));
      },
      random.int(1, ZOMBIE_MS),
    );
  }

  /** Delivers pending messages, reopens, and sends a last update that reveals gaps. */
  heal(): void {
    const { clock } = this.#environment;
    for (const name of this.#readers) this.#server?.setAccess(name, 'edit');
    this.#readers.clear();
    clock.runUntilIdle();
    for (const device of this.#devices) {
      assertInvariant(device.channel.pending.length === 0, `${device.name} waits forever`);
      device.leaveConnection();
    }
    clock.runUntilIdle();
    this.#devices[0]?.type('end');
    clock.runUntilIdle();
  }

  verify(): void {
    const { text, head } = this.#journal;
    assertInvariant(
      this.#poisoned || this.#restored.every((update) => this.#journal.holds(update)),
      'what copies held at a restore is lost',
    );
    const marks = [...text.matchAll(/\[[^\]]*\]/g)].map(([mark]) => mark);
    assertInvariant(new Set(marks).size === marks.length, 'something appears twice');
    assertInvariant(marks.includes('[end]'), 'the last word is missing');
    for (const device of this.#devices) {
      const { name, channel, stored } = device;
      assertInvariant(channel.phase === 'live', `${name} is ${channel.phase}`);
      assertInvariant(device.text === text, `${name} shows another text:\n${device.text}\n${text}`);
      assertInvariant(
        channel.pending.length === 0 && stored.outbox.size === 0,
        `${name} still waits`,
      );
      assertInvariant(
        channel.position?.offset === head && stored.position?.offset === head,
        `${name} is not at the head`,
      );
    }
  }
}
