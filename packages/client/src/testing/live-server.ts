/**
 * Several clients and one server that executes their commands according to the protocol: results by
 * id, responses in order after the events, a token bucket per connection, channels with a few
 * events to recover from. Lists and chats are reduced by the shared reducers.
 */
import {
  CHAT_COMMANDS_PER_SECOND,
  COMMAND_BURST,
  errorOf,
  MAX_COMMANDS_IN_FLIGHT,
  reduceChannel,
  type ChannelEvent,
  type ChannelName,
  type ChannelState,
  type ClientMessage,
  type Command,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import { createMemoryLiveStores, type LiveStores } from '../channels/live.ts';
import { Client, type ClientOptions } from '../client.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { FakeSocket } from './fake-socket.ts';

const LATENCY_MS = 3;
const TOKEN_MS = 1_000 / CHAT_COMMANDS_PER_SECOND;
const MAX_KEPT_EVENTS = 20;

interface LiveChannel {
  readonly number: number;
  head: number;
  state: ChannelState;
  events: ChannelEvent[];
}

interface Peer {
  readonly user: string;
  readonly socket: LiveSocket;
  readonly subscriptions: Set<string>;
  readonly waiting: MessageOf<'command'>[];
  tokens: number;
  refilledAt: number;
}

class LiveSocket extends FakeSocket {
  readonly #receive: (message: ClientMessage) => void;

  constructor(receive: (message: ClientMessage) => void) {
    super();
    this.answersPings = true;
    this.#receive = receive;
  }

  override send(data: Uint8Array<ArrayBuffer>): void {
    const before = this.sent.length;
    super.send(data);
    for (const message of this.sent.slice(before)) this.#receive(message);
  }
}

type Result = MessageOf<'done'> | MessageOf<'refused'>;

export class LiveServer {
  readonly environment = new FakeEnvironment();
  reachable = true;
  readonly effects: string[] = [];
  readonly received: string[] = [];
  maxWaiting = 0;
  readonly #channels = new Map<string, LiveChannel>();
  readonly #results = new Map<string, Result>();
  readonly #peers = new Set<Peer>();

  client(
    user: string,
    liveStores: LiveStores = createMemoryLiveStores(),
    more: Pick<ClientOptions, 'unloadOutbox' | 'maxCommandBytes'> = {},
  ): Client {
    const { environment } = this;
    const me = { id: user, name: user, color: 1 };
    return new Client({
      base: 'http://server',
      environment,
      store: createMemoryStore(),
      durable: false,
      liveStores,
      ...more,
      schema: 1,
      fetch: async () => {
        if (!this.reachable) throw new TypeError('unreachable');
        const expiresAt = environment.clock.now() + 600_000;
        return Response.json({ user: me, token: user, expiresAt });
      },
      webSocket: () => this.#accept(user),
    });
  }

  settle(ms = 50): Promise<void> {
    return this.environment.clock.advanceAsync(ms);
  }

  async connect(...clients: readonly Client[]): Promise<void> {
    for (const client of clients) client.start();
    await this.settle();
  }

  cut(): void {
    this.reachable = false;
    for (const { socket } of this.#peers) socket.drop(1006);
    this.#peers.clear();
  }

  async reconnect(...clients: readonly Client[]): Promise<void> {
    // An attempt in progress finds no server.
    await this.settle();
    this.reachable = true;
    for (const client of clients) client.connection.tryNow();
    await this.settle();
  }

  state(key: string): ChannelState | undefined {
    return this.#channels.get(key)?.state;
  }

  #accept(user: string): LiveSocket {
    const { clock } = this.environment;
    const socket = new LiveSocket((message) =>
      clock.setTimeout(() => this.#peers.has(peer) && this.#receive(peer, message), LATENCY_MS),
    );
    const peer: Peer = {
      user,
      socket,
      subscriptions: new Set(),
      waiting: [],
      tokens: COMMAND_BURST,
      refilledAt: clock.now(),
    };
    clock.setTimeout(() => {
      if (!this.reachable) return socket.drop(1006);
      this.#peers.add(peer);
      socket.open();
    }, LATENCY_MS);
    return socket;
  }

  #answer(peer: Peer, message: ServerMessage): void {
    this.environment.clock.setTimeout(
      () => this.#peers.has(peer) && peer.socket.answer(message),
      LATENCY_MS,
    );
  }

  #receive(peer: Peer, message: ClientMessage): void {
    switch (message.type) {
      case 'hello': {
        const user = { id: peer.user, name: peer.user, color: 1 };
        const welcome = { type: 'welcome', channel: 0, connection: 'c', user } as const;
        return this.#answer(peer, welcome);
      }
      case 'command':
        this.received.push(message.id);
        peer.waiting.push(message);
        this.maxWaiting = Math.max(this.maxWaiting, peer.waiting.length);
        if (peer.waiting.length > MAX_COMMANDS_IN_FLIGHT) throw new Error('too many at once');
        if (peer.waiting.length === 1) this.#work(peer);
        return;
      case 'subscribe':
        return this.#subscribe(peer, message);
      case 'unsubscribe':
        for (const [key, { number }] of this.#channels)
          if (number === message.channel) peer.subscriptions.delete(key);
        return;
      default:
        return;
    }
  }

  #work(peer: Peer): void {
    const { clock } = this.environment;
    peer.tokens = Math.min(COMMAND_BURST, peer.tokens + (clock.now() - peer.refilledAt) / TOKEN_MS);
    peer.refilledAt = clock.now();
    while (peer.tokens >= 1) {
      const message = peer.waiting.shift();
      if (message === undefined) return;
      peer.tokens--;
      this.#answer(peer, this.#perform(peer.user, message));
    }
    clock.setTimeout(() => this.#peers.has(peer) && this.#work(peer), TOKEN_MS);
  }

  #perform(user: string, message: MessageOf<'command'>): Result {
    const { type: _, channel, ...command } = message;
    const key = `${user} ${command.id}`;
    const known = this.#results.get(key);
    if (known !== undefined) return known.type === 'done' ? { ...known, repeated: true } : known;
    const outcome = this.#outcome(user, command);
    const { id } = command;
    const result: Result =
      typeof outcome === 'string'
        ? { type: 'refused', channel, id, error: errorOf('forbidden', { detail: outcome }) }
        : { type: 'done', channel, id, repeated: false, positions: outcome };
    this.#results.set(key, result);
    if (result.type === 'done') this.effects.push(id);
    return result;
  }

  #outcome(user: string, command: Command): string | MessageOf<'done'>['positions'][number][] {
    const at = this.environment.clock.now();
    const publish = (name: ChannelName, event: ChannelEvent) => [
      { name, epoch: 'e1', offset: this.#publish(keyOf(name, user), event) },
    ];
    switch (command.name) {
      case 'document:create': {
        const { document: id, title = '' } = command.input;
        const times = { createdAt: at, updatedAt: at, chatRead: 0, excerpt: '' };
        const document = {
          id,
          kind: 'page',
          title,
          role: 'owner',
          parent: null,
          position: 'a0',
          ...times,
        } as const;
        this.#channel(`chat:${id}`);
        return publish('library', { name: 'document:listed', at, command: command.id, document });
      }
      case 'document:rename': {
        const { document, title } = command.input;
        if (title.includes('secret')) return 'Only the owner may call it that.';
        const event = { at, command: command.id, document, title } as const;
        return publish('library', { name: 'document:renamed', ...event });
      }
      case 'chat:send': {
        const { document, text, mentions, replyTo } = command.input;
        const name = `chat:${document}` as const;
        const chat = this.#channels.get(name);
        if (chat === undefined) return 'There is no such document.';
        const message = {
          id: command.id,
          number: chat.head + 1,
          author: { id: user, name: user, color: 1 },
          text,
          mentions,
          replyTo,
          reactions: [],
          at,
          editedAt: null,
          deletedAt: null,
          imported: null,
        };
        return publish(name, { name: 'chat:sent', at, command: command.id, message });
      }
      default:
        return 'Not here.';
    }
  }

  #publish(key: string, event: ChannelEvent): number {
    const channel = this.#channel(key);
    channel.state = reduceChannel(channel.state, event);
    channel.events = [...channel.events, event].slice(-MAX_KEPT_EVENTS);
    const [from, to] = [channel.head, ++channel.head];
    for (const peer of this.#peers)
      if (peer.subscriptions.has(key))
        this.#answer(peer, { type: 'events', channel: channel.number, from, to, events: [event] });
    return to;
  }

  #subscribe(peer: Peer, { ref, name: requested, position }: MessageOf<'subscribe'>): void {
    const name = requested as ChannelName;
    const key = keyOf(name, peer.user);
    if (name !== 'library' && !this.#channels.has(key)) {
      const error = errorOf('not-found');
      return this.#answer(peer, { type: 'unsubscribed', channel: 0, ref, error });
    }
    const { number: channel, head: to, events, state } = this.#channel(key);
    peer.subscriptions.add(key);
    const from = position?.offset ?? -1;
    const recovered = from <= to && from >= to - events.length;
    const answer = { type: 'subscribed', channel, ref, name, epoch: 'e1', offset: to } as const;
    this.#answer(peer, { ...answer, recovered, ...(recovered ? {} : { state }) });
    const missed = recovered ? events.slice(events.length - (to - from)) : [];
    if (missed.length > 0)
      this.#answer(peer, { type: 'events', channel, from, to, events: missed });
  }

  #channel(key: string): LiveChannel {
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      const number = this.#channels.size + 1;
      channel = { number, head: 0, state: emptyState(key), events: [] };
      this.#channels.set(key, channel);
    }
    return channel;
  }
}

function keyOf(name: ChannelName, user: string): string {
  return name === 'library' ? `library/${user}` : name;
}

function emptyState(key: string): ChannelState {
  const [type, user = ''] = key.split('/');
  return type === 'library'
    ? { type, user: { id: user, name: user, color: 1 }, documents: [], next: null }
    : { type: 'chat', messages: [], head: 0 };
}
