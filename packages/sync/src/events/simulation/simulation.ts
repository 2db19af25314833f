/**
 * One run: people on several pages who rename, create and chat, a network, a process and a disk,
 * with the faults that a seed selects. In the end the faults stop, and all states must be equal.
 */
import { waitsFor, type Call, type Command } from '@tandem/protocol';
import { ManualClock, SeededRandom, SimulatedNetwork } from '@tandem/testkit';
import type { IssuedCommand } from '../command-queue.ts';
import { CHANNELS, DeviceModel, newest, type StoredModel } from './device-model.ts';
import { keyOf, LedgerModel, SHARED_DOCUMENT } from './ledger-model.ts';
import { ServerModel, type Message, type ServerFaults } from './server-model.ts';

const STEPS = 120;
const MAX_PAGES = 5;
const MAX_STEP_MS = 25;
const MAX_BURST = 45;
const RESTART_MS = 40;

type Action =
  | 'give'
  | 'burst'
  | 'cut'
  | 'stall'
  | 'leave'
  | 'crash-page'
  | 'second-page'
  | 'keep'
  | 'toggle'
  | 'crash-server'
  | 'renew-epochs';

const WEIGHTS: readonly (readonly [Action, number])[] = [
  ['give', 60],
  ['burst', 3],
  ['cut', 6],
  ['stall', 5],
  ['leave', 4],
  ['crash-page', 4],
  ['second-page', 2],
  ['keep', 6],
  ['toggle', 5],
  ['crash-server', 3],
  ['renew-epochs', 2],
];
const ALWAYS: readonly Action[] = ['give'];

export class Simulation {
  readonly #random: SeededRandom;
  readonly #clock = new ManualClock(1_000);
  readonly #network: SimulatedNetwork<Message>;
  readonly #ledger = new LedgerModel(['ada', 'ben']);
  readonly #pages: DeviceModel[] = [];
  readonly #given: { readonly user: string; readonly command: IssuedCommand }[] = [];
  readonly #faults: ServerFaults;
  #server: ServerModel | null = null;
  #lastId = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    const random = this.#random;
    this.#network = new SimulatedNetwork({
      clock: this.#clock,
      random,
      latencyMs: 1,
      jitterMs: random.pick([2, 20, 150]),
    });
    const chance = (probability: number) => (random.chance(0.5) ? probability : 0);
    this.#faults = {
      refusedForNow: chance(0.15),
      crashAfterCommit: chance(0.03),
      shed: chance(0.2),
      subscribeRefused: chance(0.2),
    };
  }

  /** @throws Error when an invariant is violated. */
  run(): void {
    this.#startServer();
    for (const user of this.#ledger.users.keys()) this.#addPage(user);
    const actions = this.#actions();
    for (let step = 0; step < STEPS; step++) {
      this.#act(this.#random.pick(actions));
      this.#clock.advance(this.#random.int(0, MAX_STEP_MS));
    }
    this.#heal();
    this.#expectAgreement();
    this.#expectOrder();
  }

  #actions(): readonly Action[] {
    const enabled = WEIGHTS.filter(
      ([action]) => ALWAYS.includes(action) || this.#random.chance(0.4),
    );
    return enabled.flatMap(([action, weight]) => Array.from({ length: weight }, () => action));
  }

  #act(action: Action): void {
    const random = this.#random;
    const page = random.pick(this.#pages);
    const links = this.#network.links(page.name);
    switch (action) {
      case 'give':
        return this.#give(page, this.#anyCall(page));
      case 'burst':
        for (let count = random.int(2, MAX_BURST); count > 0; count--)
          this.#give(page, this.#say());
        return;
      case 'cut':
        for (const link of links) link.cut('both');
        return;
      case 'stall':
        for (const link of links) {
          const { name } = random.pick(link.ends);
          link.stall(name);
          this.#clock.setTimeout(() => link.resume(name), random.int(1, 300));
        }
        return;
      case 'leave':
        return page.leaveConnection();
      case 'crash-page':
        return page.crash();
      case 'second-page':
        if (this.#pages.length < MAX_PAGES) this.#addPage(page.user.id, page.stored);
        return;
      case 'keep':
        return page.keepStates();
      case 'toggle':
        return page.toggle(random.pick(CHANNELS));
      case 'renew-epochs':
        this.#server?.crash();
        return this.#ledger.renewEpochs();
      case 'crash-server':
        return this.#server?.crash();
    }
  }

  #give(page: DeviceModel, call: Call): void {
    const id = String(++this.#lastId).padStart(26, '0');
    const command = { ...call, id } as Command;
    this.#given.push({ user: page.user.id, command: { ...command, at: this.#clock.now() } });
    page.give(command);
    this.#expectShown(page, command);
  }

  #say(): Call {
    const text = `m${this.#lastId + 1}`;
    return {
      name: 'chat:send',
      input: { document: SHARED_DOCUMENT, text, mentions: [], replyTo: null },
    };
  }

  #anyCall(page: DeviceModel): Call {
    const random = this.#random;
    const library = page.shown('library');
    const mine = library?.type === 'library' ? library.documents.map(({ id }) => id) : [];
    const document = random.pick([SHARED_DOCUMENT, ...mine]);
    const chat = page.shown(`chat:${SHARED_DOCUMENT}`);
    const messages = chat?.type === 'chat' ? chat.messages.map(({ id }) => id) : [];
    const message = random.pick(['none', ...messages.slice(-4)]);
    const about = { document: SHARED_DOCUMENT, message };
    const text = `t${this.#lastId}`;
    const title = random.chance(0.2) ? `bad ${text}` : text;
    return random.pick<() => Call>([
      () => this.#say(),
      () => this.#say(),
      () => ({
        name: 'document:create',
        input: { document: `document-${this.#lastId}-of-its-own` },
      }),
      () => ({ name: 'document:rename', input: { document, title } }),
      () => ({ name: 'document:rename', input: { document, title } }),
      () => ({ name: 'document:unlist', input: { document } }),
      () => ({ name: 'profile:change', input: { name: text } }),
      () => ({ name: 'profile:change', input: { color: random.int(0, 7) } }),
      () => ({
        name: 'link:change',
        input: { document: SHARED_DOCUMENT, link: random.pick(['off', 'view', 'edit']) },
      }),
      () => ({ name: 'chat:edit', input: { ...about, text, mentions: [] } }),
      () => ({ name: 'chat:delete', input: about }),
      () => ({ name: 'chat:react', input: { ...about, emoji: '🌊', on: random.chance(0.6) } }),
      () => ({
        name: 'chat:see',
        input: { document, number: random.int(0, chat?.type === 'chat' ? chat.head : 0) },
      }),
    ])();
  }

  #addPage(user: string, stored?: StoredModel): void {
    this.#pages.push(
      new DeviceModel({
        name: `${user}-${this.#pages.length}`,
        user: this.#ledger.users.get(user)!,
        clock: this.#clock,
        random: this.#random,
        ledger: this.#ledger,
        stored: stored ?? { commands: new Map(), states: new Map() },
        dial: (from, owner) => {
          if (this.#server === null) return null;
          const link = this.#network.connect(from, 'server');
          this.#server.accept(link.end('server'), owner);
          return link.end(from);
        },
      }),
    );
  }

  #startServer(): void {
    this.#server = new ServerModel({
      clock: this.#clock,
      random: this.#random,
      ledger: this.#ledger,
      faults: this.#faults,
      crashed: () => {
        this.#server = null;
        this.#clock.setTimeout(() => this.#startServer(), this.#random.int(1, RESTART_MS));
      },
    });
  }

  #heal(): void {
    const none = { refusedForNow: 0, crashAfterCommit: 0, shed: 0, subscribeRefused: 0 };
    Object.assign(this.#faults, none);
    this.#clock.runUntilIdle();
    for (const page of this.#pages) page.leaveConnection();
    this.#clock.runUntilIdle();
    for (const page of this.#pages) page.openAll();
    this.#clock.runUntilIdle();
  }

  /** EF1: the author sees a command's effect at once. */
  #expectShown(page: DeviceModel, command: Command): void {
    if (command.name === 'chat:send') {
      const chat = page.shown(`chat:${command.input.document}`);
      if (chat?.type !== 'chat') return;
      expectThat(
        chat.messages.some(({ id }) => id === command.id),
        `${page.name} does not see its own message`,
      );
    }
    if (command.name !== 'document:rename') return;
    const library = page.shown('library');
    if (library?.type !== 'library') return;
    const document = library.documents.find(({ id }) => id === command.input.document);
    expectThat(
      document === undefined || document.title === command.input.title,
      `${page.name} does not see its own title`,
    );
  }

  #expectAgreement(): void {
    const { effects, results } = this.#ledger;
    expectThat(new Set(effects).size === effects.length, 'CM1: a command took effect twice');
    for (const page of this.#pages) {
      expectThat(page.pending.length === 0, `${page.name} waits forever`);
      expectThat(page.stored.commands.size === 0, `${page.name} keeps what is answered`);
      for (const id of page.refused)
        expectThat(results.get(`${page.user.id} ${id}`)?.kind === 'refused', 'not refused');
      for (const [name, replica] of page.states) {
        const truth = this.#ledger.channel(keyOf(name, page.user.id))!.state;
        const shown = page.shown(name);
        expectThat(replica.phase === 'live', `${page.name} ${name} is ${replica.phase}`);
        expectThat(shown === replica.state, `${page.name} still expects something of ${name}`);
        expectThat(
          shown !== null && JSON.stringify(newest(shown)) === JSON.stringify(truth),
          `${page.name} shows another ${name}`,
        );
      }
    }
  }

  /** CM5: a waiting command took effect after the one it waits for. */
  #expectOrder(): void {
    const places = new Map(this.#ledger.effects.map((id, place) => [id, place]));
    const done = this.#given.flatMap(({ user, command }) => {
      const place = places.get(`${user} ${command.id}`);
      return place === undefined ? [] : [{ page: user, command, place }];
    });
    if (this.#pages.length > this.#ledger.users.size) return;
    for (const [index, later] of done.entries())
      for (const earlier of done.slice(0, index))
        expectThat(
          later.page !== earlier.page ||
            later.place > earlier.place ||
            !waitsFor(later.command, earlier.command),
          `${later.command.name} ${later.command.id} passed ${earlier.command.id}`,
        );
  }
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
