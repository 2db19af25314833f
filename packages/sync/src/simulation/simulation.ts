/**
 * One run: people who type on several devices, a network, a process and a disk, with the faults
 * that a seed selects. In the end the faults stop, and all copies must be equal.
 */
import type { ClientMessage, ServerMessage } from '@tandem/protocol';
import { ManualClock, SeededRandom, SimulatedNetwork, type Link } from '@tandem/testkit';
import { DeviceModel, type Stored } from './device-model.ts';
import { JournalModel } from './journal-model.ts';
import { ServerModel } from './server-model.ts';

type Message = ClientMessage | ServerMessage;

const STEPS = 120;
const MAX_DEVICES = 5;
const MAX_STEP_MS = 12;
const RESTART_MS = 40;
const ZOMBIE_MS = 80;

type Action =
  | 'type'
  | 'slip'
  | 'erase'
  | 'poison'
  | 'cut'
  | 'zombie'
  | 'leave'
  | 'stall'
  | 'crash-device'
  | 'forget'
  | 'second-page'
  | 'crash-server'
  | 'lose-engine'
  | 'compact'
  | 'view'
  | 'edit'
  | 'replace'
  | 'restore';

const WEIGHTS: readonly (readonly [Action, number])[] = [
  ['type', 60],
  ['slip', 2],
  ['erase', 12],
  ['poison', 2],
  ['cut', 6],
  ['zombie', 5],
  ['leave', 4],
  ['stall', 5],
  ['crash-device', 4],
  ['forget', 2],
  ['second-page', 2],
  ['crash-server', 3],
  ['lose-engine', 3],
  ['compact', 5],
  ['view', 2],
  ['edit', 3],
  ['replace', 1],
  ['restore', 1],
];
const ALWAYS: readonly Action[] = ['type', 'erase', 'edit'];

export class Simulation {
  readonly #random: SeededRandom;
  readonly #clock = new ManualClock();
  readonly #network: SimulatedNetwork<Message>;
  readonly #journal = new JournalModel();
  readonly #devices: DeviceModel[] = [];
  readonly #readers = new Set<string>();
  readonly #faults: { commitFails: number; commitCrashes: number; updatesSkipped: number };
  #server: ServerModel | null = null;
  #marks = 0;
  /** Content of the copies when an older backup replaced the journal. */
  #restored: Uint8Array[] = [];
  #poisoned = false;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    const random = this.#random;
    this.#network = new SimulatedNetwork({
      clock: this.#clock,
      random,
      latencyMs: 1,
      jitterMs: random.pick([2, 20]),
    });
    const chance = (probability: number) => (random.chance(0.5) ? probability : 0);
    this.#faults = {
      commitFails: chance(0.15),
      commitCrashes: chance(0.03),
      updatesSkipped: chance(0.1),
    };
  }

  /** @throws Error when an invariant is violated. */
  run(): void {
    this.#startServer();
    const people = this.#random.int(2, 3);
    for (let person = 0; person < people; person++) this.#addDevice(`person-${'abc'[person]}-`);
    const actions = this.#actions();
    for (let step = 0; step < STEPS; step++) {
      this.#act(this.#random.pick(actions));
      this.#clock.advance(this.#random.int(0, MAX_STEP_MS));
    }
    this.#heal();
    this.#expectAgreement();
  }

  #actions(): readonly Action[] {
    const enabled = WEIGHTS.filter(
      ([action]) => ALWAYS.includes(action) || this.#random.chance(0.4),
    );
    return enabled.flatMap(([action, weight]) => Array.from({ length: weight }, () => action));
  }

  #act(action: Action): void {
    const random = this.#random;
    const device = random.pick(this.#devices);
    const links = this.#network.links(device.name);
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
        for (const link of links) this.#stall(link);
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
    const [clock, random, journal] = [this.#clock, this.#random, this.#journal];
    const name = `${user}${this.#devices.length}`;
    const dial = (from: string) => {
      if (this.#server === null) return null;
      const link = this.#network.connect(from, 'server');
      this.#server.accept(link.end('server'), this.#readers.has(from) ? 'view' : 'edit');
      return link.end(from);
    };
    this.#devices.push(
      new DeviceModel({
        name,
        clock,
        random,
        journal,
        dial,
        ...(stored === undefined ? {} : { stored }),
      }),
    );
  }

  #startServer(): void {
    this.#server = new ServerModel({
      clock: this.#clock,
      random: this.#random,
      journal: this.#journal,
      faults: this.#faults,
      crashed: () => {
        this.#server = null;
        this.#clock.setTimeout(() => this.#startServer(), this.#random.int(1, RESTART_MS));
      },
    });
  }

  /**
   * The client drops the connection; the server keeps it for a while and may still receive from it.
   */
  #abandon(link: Link<Message>): void {
    const server = this.#server;
    if (this.#random.chance(0.5)) link.cut('neither');
    else for (const end of link.ends) link.stall(end.name);
    this.#clock.setTimeout(
      () => {
        for (const end of link.ends) link.resume(end.name);
        server?.drop(link.end('server'));
      },
      this.#random.int(1, ZOMBIE_MS),
    );
  }

  #stall(link: Link<Message>): void {
    const { name } = this.#random.pick(link.ends);
    link.stall(name);
    this.#clock.setTimeout(() => link.resume(name), this.#random.int(1, ZOMBIE_MS));
  }

  /**
   * Stops all faults, delivers pending messages, reopens, and sends a last update that reveals
   * gaps.
   */
  #heal(): void {
    Object.assign(this.#faults, { commitFails: 0, commitCrashes: 0, updatesSkipped: 0 });
    for (const name of this.#readers) this.#server?.setAccess(name, 'edit');
    this.#readers.clear();
    this.#clock.runUntilIdle();
    for (const device of this.#devices) {
      expectThat(device.channel.pending.length === 0, `${device.name} waits forever`);
      device.leaveConnection();
    }
    this.#clock.runUntilIdle();
    this.#devices[0]?.type('end');
    this.#clock.runUntilIdle();
  }

  #expectAgreement(): void {
    const { text, head } = this.#journal;
    expectThat(
      this.#poisoned || this.#restored.every((update) => this.#journal.holds(update)),
      'what copies held at a restore is lost',
    );
    const marks = [...text.matchAll(/\[[^\]]*\]/g)].map(([mark]) => mark);
    expectThat(new Set(marks).size === marks.length, 'something appears twice');
    expectThat(marks.includes('[end]'), 'the last word is missing');
    for (const device of this.#devices) {
      const { name, channel, stored } = device;
      expectThat(channel.phase === 'live', `${name} is ${channel.phase}`);
      expectThat(device.text === text, `${name} shows another text:\n${device.text}\n${text}`);
      expectThat(channel.pending.length === 0 && stored.outbox.size === 0, `${name} still waits`);
      expectThat(
        channel.position?.offset === head && stored.position?.offset === head,
        `${name} is not at the head`,
      );
    }
  }
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
