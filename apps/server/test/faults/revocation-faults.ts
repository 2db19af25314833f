/** A role that ends while something is broken: what was written later must not reach the person who had it. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as Y from 'yjs';
import type { ServerMessage, ServerMessageType } from '@tandem/protocol';
import { chat, command, newDocument, runCommand } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import type { AtEnd, Reachable } from '../running-server.ts';
import { signIn, type SignedIn } from '../signed-in.ts';
import type { ClusterNode } from './fault-cluster.ts';
import type { Fault, FaultContext } from './fault.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { Person, type Work } from './person.ts';
import { REDIS_FAULTS } from './redis-faults.ts';
import {
  findProblems,
  isConclusive,
  type Received,
  type RevocationHistory,
  type Secret,
} from './revocation-history.ts';

const WRITE_EVERY_MS = 30;
/** Between the begin of the fault and the command. */
const MAX_DELAY_MS = 1_500;
const MEET_LIMIT_MS = 5_000;
/** After the end of the fault, until enough was written. */
const WATCH_LIMIT_MS = 10_000;
/** What was acknowledged last may be on its way for this long. */
const DELIVERY_MS = 500;
const OWNER_CLIENT = 7;
const GUEST_CLIENT = 9;

const MAX_UNANSWERED = 16;

const CONTENT: ReadonlySet<ServerMessageType> = new Set<ServerMessageType>([
  'opened',
  'updates',
  'subscribed',
  'events',
  'awareness',
  'presence:changed',
  'typing:changed',
  'document:changed',
]);

/** Writes text and messages into a document of their own, and ends everybody else's role in it. */
class Owner {
  readonly #client: NativeClient;
  /** A connection of its own, so that the end of the role does not wait behind them. */
  readonly #messages: NativeClient;
  readonly #document: string;
  readonly #doc = new Y.Doc();
  #state: 'writing' | 'done' = 'writing';
  /** The update with number 1 is the first one. */
  readonly #updates: Secret[] = [];
  #acknowledgedUpdates = 0;
  readonly #sentMessages: Secret[] = [];
  readonly #unanswered = new Map<string, Secret>();
  #run: Promise<void>;

  constructor(options: {
    readonly client: NativeClient;
    readonly messages: NativeClient;
    readonly document: string;
    readonly channel: number;
  }) {
    const { client, messages, document, channel } = options;
    this.#client = client;
    this.#messages = messages;
    this.#document = document;
    this.#doc.clientID = OWNER_CLIENT;
    this.#doc.on('update', (update: Uint8Array) => {
      const cseq = this.#updates.push(toSecret(`update ${this.#updates.length + 1}`));
      client.send({ type: 'update', channel, cseq, update });
    });
    client.socket.on('message', () => this.#handleAck());
    messages.socket.on('message', () => {
      for (const message of messages.received.splice(0)) this.#handleAnswer(message);
    });
    this.#run = this.#write();
  }

  get secrets(): RevocationHistory['secrets'] {
    return new Map([
      ['updates', this.#updates],
      ['events', this.#sentMessages],
    ]);
  }

  /** @throws when there is no answer. */
  async revoke(): Promise<void> {
    const input = { document: this.#document, link: 'off' } as const;
    await runCommand(this.#client, command({ name: 'link:change', input }));
  }

  async stop(): Promise<void> {
    this.#state = 'done';
    await this.#run;
    for (const { socket } of [this.#client, this.#messages]) socket.terminate();
  }

  async #write(): Promise<void> {
    while (this.#state === 'writing') {
      this.#doc.getMap('meta').set('schemaVersion', 1);
      if (this.#unanswered.size < MAX_UNANSWERED) {
        const message = chat(this.#document, `secret ${this.#sentMessages.length}`);
        const secret = toSecret(message.id);
        this.#sentMessages.push(secret);
        this.#unanswered.set(message.id, secret);
        this.#messages.send(message);
      }
      await sleep(WRITE_EVERY_MS);
    }
  }

  /** One `ack` is for all updates up to a number. Other messages stay for those who wait for them. */
  #handleAck(): void {
    const ack = this.#client.received.findLast((message) => message.type === 'ack');
    const count = ack?.cseq ?? 0;
    for (const secret of this.#updates.slice(this.#acknowledgedUpdates, count))
      secret.acknowledgedMs = performance.now();
    this.#acknowledgedUpdates = count;
  }

  #handleAnswer(message: ServerMessage): void {
    if (message.type !== 'done' && message.type !== 'refused') return;
    const secret = this.#unanswered.get(message.id);
    this.#unanswered.delete(message.id);
    if (secret !== undefined && message.type === 'done') secret.acknowledgedMs = performance.now();
  }
}

const toSecret = (item: string): Secret => ({
  item,
  sentMs: performance.now(),
  acknowledgedMs: null,
});

/** Asks for a document and its chat on each connection, and notes when content came. */
class Guest implements Work {
  readonly received: Received[] = [];
  readonly connections: { readonly fromMs: number; toMs: number }[] = [];
  readonly #guest: SignedIn;
  readonly #document: string;
  #client: NativeClient | null = null;
  #receivedMs = 0;

  constructor(guest: SignedIn, document: string) {
    this.#guest = guest;
    this.#document = document;
  }

  get isLive(): boolean {
    return this.#client !== null && this.#client.closed === null;
  }

  get silenceMs(): number {
    return performance.now() - this.#receivedMs;
  }

  async connect(node: Reachable, atEnd: AtEnd): Promise<void> {
    this.disconnect();
    const client = await NativeClient.onAuthenticated(node, { guest: this.#guest, atEnd });
    const connection = { fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY };
    this.#client = client;
    this.#receivedMs = connection.fromMs;
    this.connections.push(connection);
    client.socket.on('close', () => (connection.toMs = performance.now()));
    client.socket.on('message', () => this.#receive(client.received.splice(0)));
    const document = this.#document;
    client.send(
      { type: 'open', channel: 0, ref: 1, document, client: GUEST_CLIENT },
      { type: 'subscribe', channel: 0, ref: 2, name: `chat:${document}` },
    );
  }

  ping(): void {
    this.#client?.send({ type: 'ping', channel: 0, nonce: 1 });
  }

  disconnect(): void {
    this.#client?.socket.terminate();
    this.#client = null;
  }

  step(): void {
    // A guest only listens.
  }

  #receive(messages: readonly ServerMessage[]): void {
    const atMs = performance.now();
    this.#receivedMs = atMs;
    for (const { type } of messages)
      if (CONTENT.has(type)) this.received.push({ kind: type, atMs });
  }
}

interface Meeting {
  readonly owner: Owner;
  readonly guest: Guest;
  end(): Promise<void>;
}

/** The guest is at the node that the fault concerns, and the owner is at another one. */
async function meet({ cluster, node }: FaultContext): Promise<Meeting> {
  const other = cluster.nodes.find((each) => each !== node) as ClusterNode;
  const signedIn = await signIn(other.server);
  const document = newDocument();
  await signedIn.fetch('/api/documents', { method: 'POST', body: { id: document } });
  const options = { guest: signedIn, atEnd: () => undefined };
  const client = await NativeClient.onAuthenticated(other.server, options);
  const messages = await NativeClient.onAuthenticated(other.server, options);
  const { channel } = await client.open(document, { client: OWNER_CLIENT });
  const theirs = await signIn(node.server);
  const guest = new Guest(theirs, document);
  const person = new Person(node.server, theirs, guest);
  const owner = new Owner({ client, messages, document, channel });
  person.start();
  return {
    owner,
    guest,
    async end() {
      await owner.stop();
      await person.leave();
    },
  };
}

function revokedDuring(inner: Fault): Fault {
  return {
    name: `revoked-while-${inner.name}`,
    part: inner.part,
    lastsMs: inner.lastsMs,
    isSingle: true,
    async begin(context) {
      const { random, report } = context;
      const { owner, guest, end } = await meet(context);
      const { secrets } = owner;
      const { received, connections } = guest;
      const isReceived = (kind: string) => received.some((each) => each.kind === kind);
      let heal: () => Promise<void>;
      try {
        await eventually(
          'the guest gets what is written',
          () => [...secrets.keys()].every(isReceived),
          MEET_LIMIT_MS,
        );
        heal = await inner.begin(context);
      } catch (error) {
        await end();
        throw error;
      }
      await sleep(random.int(0, MAX_DELAY_MS));
      let endedMs = Number.POSITIVE_INFINITY;
      try {
        await owner.revoke();
        endedMs = performance.now();
      } catch (error) {
        report(`the end of the role was not answered: ${String(error)}`);
      }
      const history: RevocationHistory = { endedMs, secrets, received, connections };
      return async () => {
        await heal();
        // What is missing after that is a problem of the check.
        const wait = eventually('enough is written', () => isConclusive(history), WATCH_LIMIT_MS);
        await wait.catch(() => undefined);
        await sleep(DELIVERY_MS);
        await end();
        for (const problem of findProblems(history)) report(problem);
      };
    },
  };
}

const broken = [...REDIS_FAULTS, ...NETWORK_FAULTS].filter(({ name }) =>
  ['redis-killed', 'redis-stopped-5s', 'parted-from-postgres', 'parted-from-postgres-2s'].includes(
    name,
  ),
);

export const REVOCATION_FAULTS: readonly Fault[] = broken.map(revokedDuring);
