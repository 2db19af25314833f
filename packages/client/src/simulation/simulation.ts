/**
 * One run: two devices with a disk each and tabs that share it, a server with a journal, and the
 * faults that a seed chooses. At the end the faults stop, and all written text must be found.
 */
import { ManualClock, SeededRandom } from '@tandem/testkit';
import { BAD, lifeOf, tokensIn, tokensInCopy } from './content.ts';
import { Device } from './device.ts';
import { Journal } from './journal.ts';
import { Server } from './server.ts';
import { Tab } from './tab.ts';
import type { Wire } from './wire.ts';

const STEPS = 60;
const PAUSES_MS = [0, 5, 20, 60, 300, 2_000, 20_000];
const MAX_DOWN_MS = 3_000;
const HEALING_MS = 240_000;
const KEPT_AFTER_MS = 5_000;
const MAX_TIMERS = 200_000;

type Action =
  | 'write'
  | 'slip'
  | 'drop'
  | 'restart'
  | 'crash'
  | 'close'
  | 'hide'
  | 'new-tab'
  | 'leave'
  | 'enter'
  | 'acknowledge'
  | 'replace'
  | 'restore'
  | 'fill-disk';

const WEIGHTS: readonly (readonly [Action, number])[] = [
  ['write', 60],
  ['slip', 3],
  ['drop', 8],
  ['restart', 4],
  ['crash', 6],
  ['close', 6],
  ['hide', 4],
  ['new-tab', 6],
  ['leave', 6],
  ['enter', 10],
  ['acknowledge', 4],
  ['replace', 1],
  ['restore', 1],
  ['fill-disk', 1],
];
const ALWAYS: readonly Action[] = ['write', 'new-tab', 'enter'];

interface Written {
  readonly token: string;
  readonly tab: Tab;
  readonly life: string | null;
  readonly at: number;
  fate: 'owed' | 'lost';
}

class CountingClock extends ManualClock {
  #timers = 0;

  override setTimeout(run: () => void, delayMs: number): unknown {
    expectThat(++this.#timers < MAX_TIMERS, 'this never ends');
    return super.setTimeout(run, delayMs);
  }
}

export class Simulation {
  readonly #random: SeededRandom;
  readonly #clock = new CountingClock(1_000_000);
  readonly #journal = new Journal();
  readonly #devices = [new Device('a'), new Device('b')];
  readonly #written: Written[] = [];
  #tabs: Tab[] = [];
  #server: Server | null = null;
  #lastTab = 0;
  #found: string | null = null;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  async run(): Promise<void> {
    this.#startServer();
    for (const device of this.#devices) for (let tab = 0; tab < 2; tab++) this.#openTab(device);
    const actions = this.#actions();
    for (let step = 0; step < STEPS; step++) {
      await this.#act(this.#random.pick(actions));
      await this.#pass(this.#random.pick(PAUSES_MS));
    }
    await this.#heal();
    await this.#expectAllFound();
    for (const device of this.#devices) await this.#expectOpensOffline(device);
    for (const tab of this.#tabs) tab.crash();
  }

  /** Enables a random subset of faults, so that no seed drowns in everything at once. */
  #actions(): readonly Action[] {
    const enabled = WEIGHTS.filter(
      ([action]) => ALWAYS.includes(action) || this.#random.chance(0.5),
    );
    return enabled.flatMap(([action, weight]) => Array.from({ length: weight }, () => action));
  }

  async #act(action: Action): Promise<void> {
    const random = this.#random;
    const tab = random.pick(this.#tabs);
    switch (action) {
      case 'write':
        for (let count = random.int(1, 3); count > 0; count--) this.#write(tab, '');
        break;
      case 'slip':
        this.#write(tab, BAD);
        break;
      case 'drop':
        tab.wire?.cut(random.pick(['notified', 'silent']));
        break;
      case 'restart':
        this.#stopServer();
        break;
      case 'crash':
        await this.#crash(tab);
        break;
      case 'close':
        await this.#close(tab);
        break;
      case 'hide':
        tab.hide();
        break;
      case 'new-tab': {
        const device = random.pick(this.#devices);
        if (this.#tabs.filter((other) => other.device === device).length < 2) this.#openTab(device);
        break;
      }
      case 'leave':
        tab.leave();
        break;
      case 'enter':
        for (const other of this.#tabs) if (random.chance(0.5)) other.enter();
        break;
      case 'acknowledge':
        tab.session?.acknowledgeRejectedUpdates();
        break;
      case 'replace':
        this.#stopServer();
        // Text that a restore removed, and no client has resent before the whole document is
        // replaced.
        if (this.#journal.isRestored)
          for (const written of this.#written)
            if (!this.#journal.text.includes(written.token)) written.fate = 'lost';
        this.#journal.replace();
        break;
      case 'restore':
        this.#stopServer();
        this.#journal.restore(random.int(1, this.#journal.head));
        await this.#forgetUnpersisted();
        break;
      case 'fill-disk':
        tab.device.disk = 'full';
    }
  }

  /**
   * Marks text that a restore removed and that no disk or open tab has, because the disk was full
   * when the writer closed.
   */
  async #forgetUnpersisted(): Promise<void> {
    const kept = await Promise.all(this.#devices.map((device) => device.tokens()));
    for (const written of this.#written) {
      const { token } = written;
      const isShown = this.#tabs.some(({ text }) => text.includes(token));
      if (!this.#journal.holds(token) && !isShown && !kept.some((tokens) => tokens.has(token)))
        written.fate = 'lost';
    }
  }

  #write(tab: Tab, mark: string): void {
    if (tab.session === null) return;
    const token = `[${tab.name}.${this.#written.length}${mark}]`;
    const life = lifeOf(tab.text);
    this.#written.push({ token, tab, life, at: this.#clock.now(), fate: 'owed' });
    tab.write(token, this.#random);
  }

  async #crash(tab: Tab): Promise<void> {
    const saysKept = this.#saysKept(tab);
    tab.crash();
    for (const written of await this.#lostWith(tab)) {
      const isLate = written.at < this.#clock.now() - KEPT_AFTER_MS;
      expectThat(!saysKept || !isLate, `${tab.name} said that ${written.token} was kept`);
      written.fate = 'lost';
    }
  }

  async #close(tab: Tab): Promise<void> {
    const saysKept = this.#saysKept(tab);
    tab.close(this.#random.pick(['dropped', 'finished']));
    for (const written of await this.#lostWith(tab)) {
      // A disk that has just become full is noticed by the next write.
      const isLate = written.at < this.#clock.now() - KEPT_AFTER_MS;
      expectThat(
        !saysKept || !isLate,
        `${tab.name} was closed with ${written.token}, which it said was kept`,
      );
      expectThat(tab.device.disk === 'full', `${tab.name} was closed with ${written.token}`);
      written.fate = 'lost';
    }
  }

  #saysKept({ session }: Tab): boolean {
    const status = session?.status;
    return status !== undefined && 'kept' in status && status.kept;
  }

  async #lostWith(tab: Tab): Promise<readonly Written[]> {
    this.#tabs = this.#tabs.filter((other) => other !== tab);
    const kept = await tab.device.tokens();
    if (this.#tabs.length === 0) this.#openTab(tab.device);
    return this.#written.filter(
      (written) =>
        written.tab === tab && !this.#journal.holds(written.token) && !kept.has(written.token),
    );
  }

  #openTab(device: Device): Tab {
    const tab = new Tab({
      name: `${device.name}${++this.#lastTab}`,
      device,
      clock: this.#clock,
      random: this.#random,
      dial: (wire) => this.#dial(wire),
      changed: (changed) => this.#expectHonest(changed),
    });
    this.#tabs.push(tab);
    return tab;
  }

  #dial(wire: Wire): boolean {
    this.#server?.accept(wire);
    return this.#server !== null;
  }

  #startServer(): void {
    const [clock, random, journal] = [this.#clock, this.#random, this.#journal];
    this.#server ??= new Server({ clock, random, journal });
  }

  #stopServer(): void {
    const server = this.#server;
    this.#server = null;
    server?.kill();
    this.#clock.setTimeout(() => this.#startServer(), this.#random.int(0, MAX_DOWN_MS));
  }

  async #pass(ms: number): Promise<void> {
    await this.#clock.advanceAsync(ms);
    for (const device of this.#devices) await this.#expectContentAtPosition(device);
    for (const tab of this.#tabs) this.#expectHonest(tab);
    expectThat(this.#found === null, this.#found ?? '');
  }

  #expectHonest(tab: Tab): void {
    if (tab.session?.status.kind !== 'saved') return;
    const lie = tokensIn(tab.text).find((token) => !this.#journal.hasHeld(token));
    if (lie !== undefined) this.#found ??= `${tab.name} says "saved" with ${lie} unconfirmed`;
  }

  async #expectContentAtPosition(device: Device): Promise<void> {
    const { position, updates, outbox } = await device.store.load('document');
    if (position === null) return;
    // A page that loads another's entry gets the rest from the server, and the entry's own content once it is confirmed.
    const stored = new Set(tokensInCopy(...updates, ...outbox.map(({ update }) => update)));
    for (const token of tokensIn(this.#journal.textAt(position)))
      expectThat(stored.has(token), `${device.name} is at ${position.offset} without ${token}`);
  }

  async #heal(): Promise<void> {
    for (const device of this.#devices)
      if (!this.#tabs.some((tab) => tab.device === device)) this.#openTab(device);
    for (const tab of this.#tabs) tab.enter();
    await this.#pass(HEALING_MS);
    for (const tab of this.#tabs) tab.session?.acknowledgeRejectedUpdates();
    await this.#pass(HEALING_MS);
    for (const tab of this.#tabs) tab.session?.acknowledgeRejectedUpdates();
    for (const { name, session, text } of this.#tabs) {
      expectThat(session?.status.kind === 'saved', `${name} is ${session?.status.kind}`);
      expectThat(text === this.#journal.text, `${name} shows\n${text}, not\n${this.#journal.text}`);
    }
  }

  async #expectAllFound(): Promise<void> {
    const counts = new Map<string, number>();
    for (const { epoch, text } of this.#journal.lives) {
      expectThat(lifeOf(text) === epoch, `${epoch} holds another life`);
      for (const token of tokensIn(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
      for (const { token, life } of this.#written)
        expectThat(
          life === null || life === epoch || !text.includes(token),
          `${token} of ${life} came into ${epoch}`,
        );
    }
    const rejected = await this.#readable();
    for (const { token, fate } of this.#written) {
      const count = counts.get(token) ?? 0;
      expectThat(count < 2, `${token} appears ${count} times`);
      const isFound = count === 1 || rejected.has(token) || this.#waitsForRoom(token);
      expectThat(isFound || fate === 'lost', `${token} is nowhere`);
    }
  }

  #waitsForRoom(token: string): boolean {
    return this.#devices.some(
      (device) => device.disk === 'full' && device.unloadOutbox().includes(token),
    );
  }

  async #readable(): Promise<ReadonlySet<string>> {
    const readable = new Set<string>();
    for (const { client } of this.#tabs) {
      let isDone = false;
      const asked = client.unconfirmed().finally(() => (isDone = true));
      while (!isDone) await this.#clock.advanceAsync(100);
      for (const work of await asked)
        if (work.kind === 'rejected')
          for (const token of tokensInCopy(work.replica)) readable.add(token);
    }
    return readable;
  }

  async #expectOpensOffline(device: Device): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const tab = this.#openTab(device);
    await this.#pass(1_000);
    const { position } = await device.store.load('document');
    if (position !== null) {
      const shown = new Set(tokensIn(tab.text));
      for (const token of tokensIn(this.#journal.textAt(position)))
        expectThat(shown.has(token), `${device.name} does not show ${token} while offline`);
    }
    this.#server = server;
    await this.#pass(HEALING_MS);
    tab.session?.acknowledgeRejectedUpdates();
    expectThat(tab.text === this.#journal.text, `${device.name} does not catch up`);
    expectThat(tab.session?.status.kind === 'saved', `${tab.name} is not saved`);
    // The next page that loads confirms work of a crashed tab that the server had already.
    const { length } = await device.store.outbox();
    const isEmpty = length === 0 || device.disk === 'full';
    expectThat(isEmpty, `${device.name} still has ${length} in its outbox`);
  }
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
