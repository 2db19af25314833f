/** A person who sends messages and renames a document, and listens to what others do. */
import { ulid } from 'ulid';
import type {
  Call,
  ChannelName,
  Command,
  MessageOf,
  ReceivedEvent,
  ServerMessage,
} from '@tandem/protocol';
import { ChannelReplica, CommandQueue, type CommandIntent, type ReplicaIntent } from '@tandem/sync';
import { NativeClient } from '../native-client.ts';
import type { AtEnd, Reachable } from '../running-server.ts';
import type { SignedIn } from '../signed-in.ts';
import type { HistoryEvent, ListenerEntry, SentCommand } from './history.ts';
import type { Work } from './person.ts';

const MESSAGE_EVERY = 3;
const RENAME_EVERY = 16;
const MAX_UNANSWERED = 100;

interface Subscription {
  readonly replica: ChannelReplica;
  readonly entries: ListenerEntry[];
}

export class Commander implements Work {
  readonly name: string;
  readonly refusals: string[] = [];
  isActing: boolean;
  readonly #document: string;
  readonly #guest: SignedIn;
  readonly #queue = new CommandQueue();
  readonly #sent = new Map<string, SentCommand & { readonly channel: ChannelName }>();
  readonly #subscriptions: readonly Subscription[];
  #client: NativeClient | null = null;
  #receivedMs = 0;
  #steps = 0;
  #lastRef = 0;

  constructor(options: {
    readonly name: string;
    readonly document: string;
    readonly guest: SignedIn;
    readonly isActing: boolean;
  }) {
    this.name = options.name;
    this.isActing = options.isActing;
    this.#document = options.document;
    this.#guest = options.guest;
    const names: ChannelName[] = [`chat:${options.document}`, 'library'];
    this.#subscriptions = names.map((name) => ({
      replica: new ChannelReplica({ name }),
      entries: [],
    }));
  }

  get isLive(): boolean {
    return this.#client !== null && this.#client.closed === null;
  }

  get silenceMs(): number {
    return performance.now() - this.#receivedMs;
  }

  /** Everything is answered, and every channel is as far as the server has said. */
  get isSettled(): boolean {
    return (
      this.isLive &&
      this.#queue.size === 0 &&
      this.#subscriptions.every(({ replica }) => replica.phase === 'live')
    );
  }

  get describe(): string {
    const phases = this.#subscriptions.map(({ replica }) => replica.phase).join();
    return `${this.name} ${this.isLive ? 'connected' : 'disconnected'}, ${this.#queue.size} unanswered, ${phases}`;
  }

  sent(channel: ChannelName): readonly SentCommand[] {
    return [...this.#sent.values()].filter((command) => command.channel === channel);
  }

  entries(name: ChannelName): readonly ListenerEntry[] {
    return this.#subscription(name).entries;
  }

  replica(name: ChannelName): ChannelReplica {
    return this.#subscription(name).replica;
  }

  async connect(front: Reachable, atEnd: AtEnd): Promise<void> {
    this.disconnect();
    const client = await NativeClient.onAuthenticated(front, { guest: this.#guest, atEnd });
    this.#client = client;
    this.#receivedMs = performance.now();
    client.socket.on('message', () => this.#receive(client));
    for (const { replica } of this.#subscriptions) this.#subscribe(replica);
    this.#handleAnswers(this.#queue.connected(this.#receivedMs));
  }

  ping(): void {
    this.#client?.send({ type: 'ping', channel: 0, nonce: 1 });
  }

  disconnect(): void {
    this.#client?.socket.terminate();
    this.#client = null;
    this.#queue.disconnected();
    for (const { replica } of this.#subscriptions) replica.disconnected();
  }

  step(): void {
    const nowMs = performance.now();
    this.#steps++;
    if (this.isLive) {
      this.#handleAnswers(this.#queue.tick(nowMs));
      for (const subscription of this.#subscriptions) {
        const { replica } = subscription;
        if (replica.phase === 'closed') this.#subscribe(replica);
        this.#handleReplica(subscription, replica.tick(nowMs));
      }
    }
    if (!this.isActing || this.#queue.size >= MAX_UNANSWERED) return;
    const document = this.#document;
    const text = `${this.name} ${this.#steps}`;
    if (this.#steps % MESSAGE_EVERY === 0)
      this.#issue({
        name: 'chat:send',
        input: { document, text, mentions: [], replyTo: null },
      });
    if (this.#steps % RENAME_EVERY === 0)
      this.#issue({ name: 'document:rename', input: { document, title: text } });
  }

  #issue(call: Call): void {
    const command: Command = { ...call, id: ulid() };
    const channel: ChannelName = call.name === 'chat:send' ? `chat:${this.#document}` : 'library';
    const sent = { item: command.id, channel, acknowledgedMs: null, positions: [] };
    this.#sent.set(command.id, sent);
    this.#handleAnswers(this.#queue.add({ ...command, at: Date.now() }, performance.now()));
  }

  #subscription(name: ChannelName): Subscription {
    return this.#subscriptions.find(({ replica }) => replica.name === name) as Subscription;
  }

  #subscribe(replica: ChannelReplica): void {
    for (const intent of replica.subscribe(++this.#lastRef))
      if (intent.kind === 'send') this.#client?.send(intent.message);
  }

  #receive(client: NativeClient): void {
    this.#receivedMs = performance.now();
    if (this.#client !== client) return;
    for (const message of client.received.splice(0)) this.#handle(message);
  }

  #handle(message: ServerMessage): void {
    const nowMs = performance.now();
    switch (message.type) {
      case 'done':
      case 'refused':
        this.#handleAnswers(this.#queue.receive(message, nowMs), message);
        break;
      case 'subscribed':
      case 'unsubscribed':
      case 'events':
        for (const subscription of this.#subscriptions)
          this.#handleReplica(subscription, subscription.replica.receive(message, nowMs));
        break;
      default:
    }
  }

  #handleAnswers(
    intents: readonly CommandIntent[],
    answer?: MessageOf<'done'> | MessageOf<'refused'>,
  ): void {
    for (const intent of intents) {
      if (intent.kind === 'send') this.#client?.send(intent.message);
      else if (intent.kind === 'refused')
        this.refusals.push(`${this.name}: ${intent.command.name} ${intent.error.code}`);
      else if (intent.kind === 'replaced')
        // CM7: a newer title made it unnecessary, so it gets no answer.
        this.#sent.delete(intent.command.id);
      else if (intent.kind === 'done' && answer?.type === 'done') {
        const sent = this.#sent.get(intent.command.id);
        if (sent === undefined) continue;
        sent.acknowledgedMs = performance.now();
        sent.positions = answer.positions;
      }
    }
  }

  #handleReplica({ replica, entries }: Subscription, intents: readonly ReplicaIntent[]): void {
    const { position } = replica;
    const news: ListenerEntry[] = [];
    let offset = position?.offset ?? 0;
    for (const intent of intents.toReversed()) {
      if (intent.kind === 'send') this.#client?.send(intent.message);
      else if (intent.kind === 'lost')
        this.refusals.push(`${this.name}: ${replica.name} ${intent.error.code}`);
      if (position === null) continue;
      if (intent.kind === 'replaced')
        news.unshift({ kind: 'replaced', position: { ...position, offset } });
      else if (intent.kind === 'applied') {
        const events = intent.events.map(toHistoryEvent);
        news.unshift({ kind: 'applied', position: { ...position, offset }, events });
        offset -= events.length;
      }
    }
    entries.push(...news);
  }
}

export function toHistoryEvent(event: ReceivedEvent): HistoryEvent {
  return { name: event.name, command: event.command ?? null, digest: toDigest(event) };
}

/** Of what both a database and the wire can carry. */
export function toDigest(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
