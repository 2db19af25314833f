/**
 * Commands and channels of events: people on several pages who rename, create and chat, a network,
 * a process and a disk, with the faults that a seed selects. In the end the faults stop, and all
 * states must be equal.
 */
import {
  waitsFor,
  type Call,
  type Command,
  type CommandName,
  type CommentAnchor,
} from '@tandem/protocol';
import {
  assertInvariant,
  createSimulation,
  type SimulatedSystem,
  type SimulationEnvironment,
} from '@tandem/testkit';
import type { IssuedCommand } from '../command-queue.ts';
import { CHANNELS, DeviceModel, newest, type StoredModel } from './device-model.ts';
import { keyOf, LedgerModel, SHARED_DOCUMENT } from './ledger-model.ts';
import { ServerModel, type Message } from './server-model.ts';

const MAX_PAGES = 5;
const MAX_BURST = 45;
const MAX_STALL_MS = 300;
const RESTART_MS = 40;

const WEIGHTS = {
  give: 60,
  burst: 3,
  cut: 6,
  stall: 5,
  leave: 4,
  'crash-page': 4,
  'second-page': 2,
  keep: 6,
  toggle: 5,
  'crash-server': 3,
  'renew-epochs': 2,
};
const FAULT_RATES = {
  refusedForNow: 0.15,
  failing: 0.1,
  crashAfterCommit: 0.03,
  shed: 0.2,
  subscribeRefused: 0.2,
};

const imported = {
  author: { name: 'Cleo', color: 2 },
  at: 1,
  editedAt: null,
  reactions: [{ emoji: '🌊', names: ['Dan'] }],
};

const ANCHOR: CommentAnchor = {
  start: { client: 1, clock: 0 },
  end: { client: 1, clock: 2 },
  block: 'b1',
  quote: 'low',
  prefix: '',
  suffix: '',
  length: 3,
  unique: 'quote',
};

type Action = keyof typeof WEIGHTS;
type Environment = SimulationEnvironment<Message, keyof typeof FAULT_RATES>;

export const eventSimulation = createSimulation(
  {
    title: 'commands and events',
    keptSeeds: [],
    steps: 120,
    maxStepMs: 25,
    startMs: 1_000,
    jitterMs: [2, 20, 150],
    weights: WEIGHTS,
    always: ['give'],
    faultRates: FAULT_RATES,
  },
  (environment: Environment) => new SimulatedCommands(environment),
);

class SimulatedCommands implements SimulatedSystem<Action> {
  readonly #environment: Environment;
  readonly #ledger = new LedgerModel(['ada', 'ben']);
  readonly #pages: DeviceModel[] = [];
  readonly #given: { readonly user: string; readonly command: IssuedCommand }[] = [];
  readonly #failing = new Set<string>();
  #server: ServerModel | null = null;
  #lastId = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  start(): void {
    this.#startServer();
    for (const user of this.#ledger.users.keys()) this.#addPage(user);
  }

  act(action: Action): void {
    const { random, network } = this.#environment;
    const page = random.pick(this.#pages);
    const links = network.links(page.name);
    switch (action) {
      case 'give':
        return this.#give(page, this.#anyCall(page));
      case 'burst':
        for (let count = random.int(2, MAX_BURST); count > 0; count--)
          this.#give(page, this.#chatMessage());
        return;
      case 'cut':
        for (const link of links) link.cut('both');
        return;
      case 'stall':
        for (const link of links) this.#environment.stall(link, MAX_STALL_MS);
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
    this.#given.push({
      user: page.user.id,
      command: { ...command, at: this.#environment.clock.now() },
    });
    page.give(command);
    this.#expectShown(page, command);
  }

  #chatMessage(): Call {
    const { random } = this.#environment;
    const text = `m${this.#lastId + 1}`;
    const user = random.pick([...this.#ledger.users.keys()]);
    const mentions = random.chance(0.3) ? [{ user, offset: 0, length: 1 }] : [];
    const input = { document: SHARED_DOCUMENT, text, replyTo: null };
    return this.#lastId % 4 === 0
      ? { name: 'chat:send', input: { ...input, mentions: [], imported } }
      : { name: 'chat:send', input: { ...input, mentions } };
  }

  #anyCall(page: DeviceModel): Call {
    const { random } = this.#environment;
    const library = page.shown('library');
    const mine = library?.type === 'library' ? library.documents.map(({ id }) => id) : [];
    const document = random.pick([SHARED_DOCUMENT, ...mine]);
    const chat = page.shown(`chat:${SHARED_DOCUMENT}`);
    const messages = chat?.type === 'chat' ? chat.messages.map(({ id }) => id) : [];
    const message = random.pick(['none', ...messages.slice(-4)]);
    const about = { document: SHARED_DOCUMENT, message };
    const comments = page.shown(`comments:${SHARED_DOCUMENT}`);
    const threads = comments?.type === 'comments' ? comments.threads : [];
    const inThread = {
      document: SHARED_DOCUMENT,
      thread: random.pick(['none', ...threads.map(({ id }) => id)]),
    };
    const aboutComment = {
      document: SHARED_DOCUMENT,
      message: random.pick([
        'none',
        ...threads.flatMap(({ messages }) => messages.map(({ id }) => id)),
      ]),
    };
    const inbox = page.shown('inbox');
    const notified = random.pick([
      'none',
      ...(inbox?.type === 'inbox' ? inbox.notifications.map(({ id }) => id) : []),
    ]);
    const text = `t${this.#lastId}`;
    const title = random.chance(0.2) ? `bad ${text}` : text;
    const calls: Readonly<Record<CommandName, readonly (() => Call)[]>> = {
      'chat:send': [() => this.#chatMessage(), () => this.#chatMessage()],
      'document:create': [
        () => ({
          name: 'document:create',
          input: { document: `document-${this.#lastId}-of-its-own` },
        }),
        () => ({
          name: 'document:create',
          input: { document: `document-${this.#lastId}-inside`, parent: document },
        }),
      ],
      'document:rename': [
        () => ({ name: 'document:rename', input: { document, title } }),
        () => ({ name: 'document:rename', input: { document, title } }),
      ],
      'document:move': [
        () => ({
          name: 'document:move',
          input: {
            document,
            parent: random.chance(0.3) ? null : random.pick([SHARED_DOCUMENT, ...mine]),
            position: random.pick(['a0', 'a1', 'a2']),
          },
        }),
      ],
      'document:favourite': [
        () => ({
          name: 'document:favourite',
          input: { document, isFavourite: random.chance(0.5) },
        }),
      ],
      'document:follow': [
        () => ({
          name: 'document:follow',
          input: { document, follows: random.pick(['all', 'own', 'none']) },
        }),
      ],
      'document:template': [
        () => ({
          name: 'document:template',
          input: { document, isTemplate: random.chance(0.5) },
        }),
      ],
      'notification:see': [
        () => ({ name: 'notification:see', input: { notifications: [notified] } }),
      ],
      'notification:see-all': [
        () => ({ name: 'notification:see-all', input: { until: notified } }),
      ],
      'document:unlist': [() => ({ name: 'document:unlist', input: { document } })],
      'profile:change': [
        () => ({ name: 'profile:change', input: { name: text } }),
        () => ({ name: 'profile:change', input: { color: random.int(0, 7) } }),
      ],
      'link:change': [
        () => ({
          name: 'link:change',
          input: { document: SHARED_DOCUMENT, link: random.pick(['off', 'view', 'edit']) },
        }),
      ],
      // Not modelled: the ledger has no trash, no members, no versions and nothing published.
      'document:publish': [],
      'publication:change': [],
      'document:unpublish': [],
      'document:trash': [],
      'document:restore': [],
      'document:purge': [],
      'document:restrict': [],
      'member:change': [],
      'member:remove': [],
      'access:request': [() => ({ name: 'access:request', input: { document, message: text } })],
      'access:answer': [],
      'version:name': [],
      'version:rename': [],
      'version:delete': [],
      'chat:edit': [() => ({ name: 'chat:edit', input: { ...about, text, mentions: [] } })],
      'chat:delete': [() => ({ name: 'chat:delete', input: about })],
      'chat:react': [
        () => ({ name: 'chat:react', input: { ...about, emoji: '🌊', on: random.chance(0.6) } }),
      ],
      'chat:see': [
        () => ({
          name: 'chat:see',
          input: { document, number: random.int(0, chat?.type === 'chat' ? chat.head : 0) },
        }),
      ],
      'comment:start': [
        () => ({
          name: 'comment:start',
          input: { document: SHARED_DOCUMENT, anchor: ANCHOR, text, mentions: [] },
        }),
        () => ({
          name: 'comment:start',
          input: { document: SHARED_DOCUMENT, anchor: ANCHOR, text, mentions: [], imported },
        }),
      ],
      'comment:reply': [
        () => ({ name: 'comment:reply', input: { ...inThread, text, mentions: [] } }),
        () => ({ name: 'comment:reply', input: { ...inThread, text, mentions: [], imported } }),
      ],
      'comment:edit': [
        () => ({ name: 'comment:edit', input: { ...aboutComment, text, mentions: [] } }),
      ],
      'comment:delete': [() => ({ name: 'comment:delete', input: aboutComment })],
      'comment:react': [
        () => ({
          name: 'comment:react',
          input: { ...aboutComment, emoji: '🌊', on: random.chance(0.6) },
        }),
      ],
      'comment:resolve': [
        () => ({ name: 'comment:resolve', input: { ...inThread, on: random.chance(0.6) } }),
        () => ({
          name: 'comment:resolve',
          input: { ...inThread, on: true, imported: { by: imported.author, at: 1 } },
        }),
      ],
      'comment:reanchor': [
        () => ({
          name: 'comment:reanchor',
          input: { ...inThread, anchor: { ...ANCHOR, quote: text } },
        }),
      ],
      'comments:see': [
        () => ({
          name: 'comments:see',
          input: {
            document,
            number: random.int(0, comments?.type === 'comments' ? comments.head : 0),
          },
        }),
      ],
    };
    return random.pick(Object.values(calls).flat())();
  }

  #addPage(user: string, stored?: StoredModel): void {
    const { clock, random, network } = this.#environment;
    this.#pages.push(
      new DeviceModel({
        name: `${user}-${this.#pages.length}`,
        user: this.#ledger.users.get(user)!,
        clock,
        random,
        ledger: this.#ledger,
        stored: stored ?? { commands: new Map(), states: new Map() },
        dial: (from, owner) => {
          if (this.#server === null) return null;
          const link = network.connect(from, 'server');
          this.#server.accept(link.end('server'), owner);
          return link.end(from);
        },
      }),
    );
  }

  #startServer(): void {
    const { clock, random, faults } = this.#environment;
    this.#server = new ServerModel({
      clock,
      random,
      faults,
      ledger: this.#ledger,
      failing: this.#failing,
      crashed: () => {
        this.#server = null;
        clock.setTimeout(() => this.#startServer(), random.int(1, RESTART_MS));
      },
    });
  }

  heal(): void {
    const { clock } = this.#environment;
    clock.runUntilIdle();
    for (const page of this.#pages) page.leaveConnection();
    clock.runUntilIdle();
    for (const page of this.#pages) page.openAll();
    clock.runUntilIdle();
  }

  /** EF1: the author sees a command's effect at once. */
  #expectShown(page: DeviceModel, command: Command): void {
    if (command.name === 'chat:send') {
      const chat = page.shown(`chat:${command.input.document}`);
      if (chat?.type !== 'chat') return;
      assertInvariant(
        chat.messages.some(({ id }) => id === command.id),
        `${page.name} does not see its own message`,
      );
    }
    if (command.name !== 'document:rename') return;
    const library = page.shown('library');
    if (library?.type !== 'library') return;
    const document = library.documents.find(({ id }) => id === command.input.document);
    assertInvariant(
      document === undefined || document.title === command.input.title,
      `${page.name} does not see its own title`,
    );
  }

  verify(): void {
    this.#expectAgreement();
    this.#expectOrder();
  }

  #expectAgreement(): void {
    const { effects, results } = this.#ledger;
    assertInvariant(new Set(effects).size === effects.length, 'CM1: a command took effect twice');
    for (const page of this.#pages) {
      assertInvariant(page.pending.length === 0, `${page.name} waits forever`);
      assertInvariant(page.stored.commands.size === 0, `${page.name} keeps what is answered`);
      for (const id of page.refused) {
        const command = `${page.user.id} ${id}`;
        const isRefused = results.get(command)?.kind === 'refused';
        assertInvariant(isRefused || this.#failing.has(command), 'CM14: given up without need');
      }
      for (const [name, replica] of page.states) {
        const truth = this.#ledger.channel(keyOf(name, page.user.id))!.state;
        const shown = page.shown(name);
        assertInvariant(replica.phase === 'live', `${page.name} ${name} is ${replica.phase}`);
        assertInvariant(shown === replica.state, `${page.name} still expects something of ${name}`);
        assertInvariant(
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
        assertInvariant(
          later.page !== earlier.page ||
            later.place > earlier.place ||
            !waitsFor(later.command, earlier.command),
          `${later.command.name} ${later.command.id} passed ${earlier.command.id}`,
        );
  }
}
