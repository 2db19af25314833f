/** A role that ends while something is broken: what was written later must not reach the person who had it. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as Y from 'yjs';
import type { ServerMessage, ServerMessageType } from '@tandem/protocol';
import { chat, command, newDocument, runCommand, subscribe } from '../event-client.ts';
import { NativeClient } from '../native-client.ts';
import { signIn } from '../signed-in.ts';
import type { ClusterNode } from './fault-cluster.ts';
import type { Fault, FaultContext } from './fault.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';

/** The longest time after the answer to the command. */
const REVOCATION_LIMIT_MS = 1_000;
const WRITE_EVERY_MS = 30;
/** Between the begin of the fault and the command. */
const MAX_DELAY_MS = 1_500;
const OWNER_CLIENT = 7;

const MAX_UNANSWERED = 16;

const ANSWERS: ReadonlySet<ServerMessageType> = new Set<ServerMessageType>(['done', 'refused']);
const CONTENT: ReadonlySet<ServerMessageType> = new Set<ServerMessageType>([
  'updates',
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
  #cseq = 0;
  #sent = 0;
  #answered = 0;
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
    this.#doc.on('update', (update: Uint8Array) =>
      client.send({ type: 'update', channel, cseq: ++this.#cseq, update }),
    );
    messages.socket.on('message', () => {
      const answers = messages.received.splice(0).filter(({ type }) => ANSWERS.has(type));
      this.#answered += answers.length;
    });
    this.#run = this.#write();
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
      if (this.#sent - this.#answered < MAX_UNANSWERED)
        this.#messages.send(chat(this.#document, `secret ${++this.#sent}`));
      await sleep(WRITE_EVERY_MS);
    }
  }
}

/** Notes when content came. */
class Guest {
  readonly client: NativeClient;
  lastMs = 0;
  count = 0;

  constructor(client: NativeClient) {
    this.client = client;
    client.socket.on('message', () => this.#receive(client.received.splice(0)));
  }

  #receive(messages: readonly ServerMessage[]): void {
    const content = messages.filter(({ type }) => CONTENT.has(type));
    if (content.length === 0) return;
    this.count += content.length;
    this.lastMs = performance.now();
  }
}

async function meet({ cluster, node }: FaultContext): Promise<{ owner: Owner; guest: Guest }> {
  const other = cluster.nodes.find((each) => each !== node) as ClusterNode;
  const owner = await signIn(other.server);
  const document = newDocument();
  await owner.fetch('/api/documents', { method: 'POST', body: { id: document } });
  const atEnd = () => undefined;
  const theirs = await NativeClient.onAuthenticated(node.server, {
    guest: await signIn(node.server),
    atEnd,
  });
  await theirs.open(document, { client: 9 });
  await subscribe(theirs, `chat:${document}`);
  const own = await NativeClient.onAuthenticated(other.server, { guest: owner, atEnd });
  const messages = await NativeClient.onAuthenticated(other.server, { guest: owner, atEnd });
  const { channel } = await own.open(document, { client: OWNER_CLIENT });
  return {
    guest: new Guest(theirs),
    owner: new Owner({ client: own, messages, document, channel }),
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
      const { owner, guest } = await meet(context);
      await sleep(500);
      if (guest.count === 0) report('the guest got nothing before the fault');
      const heal = await inner.begin(context);
      await sleep(random.int(0, MAX_DELAY_MS));
      let answeredMs = Number.POSITIVE_INFINITY;
      try {
        await owner.revoke();
        answeredMs = performance.now();
      } catch (error) {
        report(`the end of the role was not answered: ${String(error)}`);
      }
      return async () => {
        await heal();
        await sleep(REVOCATION_LIMIT_MS);
        const lateMs = guest.lastMs - answeredMs;
        if (lateMs > REVOCATION_LIMIT_MS)
          report(`content reached a person ${Math.round(lateMs)} ms after their role had ended`);
        await owner.stop();
        guest.client.socket.terminate();
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
