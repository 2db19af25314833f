/** A client with one channel, whose server is the test. */
import {
  type ChannelEvent,
  type ChannelName,
  type ThreadMessage,
  type ChatState,
  type MessageOf,
} from '@tandem/protocol';
import type { ChannelSession } from '../channels/channel-session.ts';
import { createMemoryStateStore } from '../channels/memory-state-store.ts';
import type { StateStore } from '../channels/state-store.ts';
import { Client } from '../client.ts';
import { createMemoryCommandStore } from '../commands/memory-command-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { FakeSocket } from './fake-socket.ts';

export const CHAT = 'chat:d';
export const NUMBER = 5;

export const message = (number: number, text = String(number)): ThreadMessage => ({
  id: `01ARZ3NDEKTSV4RRFFQ69G${String(number).padStart(4, '0')}`,
  number,
  author: { id: 'u', name: 'Amber Heron', color: 1 },
  text,
  mentions: [],
  replyTo: null,
  reactions: [],
  at: number,
  editedAt: null,
  deletedAt: null,
  imported: null,
});
export const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
export const chat = (from: number, to: number): ChatState => ({
  type: 'chat',
  messages: messages(from, to),
  head: to,
});
export const sent = (number: number): ChannelEvent => ({
  name: 'chat:sent',
  at: number,
  message: message(number),
});

export class Scene {
  readonly environment = new FakeEnvironment();
  readonly states: StateStore;
  readonly client: Client;
  socket = new FakeSocket();
  history: (before: number, limit: number) => Promise<readonly ThreadMessage[]> = async () => [];

  constructor(states = createMemoryStateStore()) {
    this.states = states;
    const { environment } = this;
    this.client = new Client({
      base: 'http://server',
      environment,
      store: createMemoryStore(),
      durable: true,
      liveStores: { commands: createMemoryCommandStore(), states, durable: true },
      schema: 1,
      fetch: async (input) => {
        const url = new URL(input as string);
        const [before = 0, limit = 0] = ['before', 'limit'].map((name) =>
          Number(url.searchParams.get(name)),
        );
        if (url.pathname === '/api/documents/d/chat')
          return Response.json({ messages: await this.history(before, limit) });
        const user = { id: 'u', name: 'Amber Heron', color: 1 };
        const expiresAt = environment.clock.now() + 600_000;
        return Response.json({ user, token: 't', expiresAt });
      },
      webSocket: () => (this.socket = new FakeSocket()),
    });
  }

  settle(ms = 0): Promise<void> {
    return this.environment.clock.advanceAsync(ms);
  }

  async connect(): Promise<void> {
    this.client.start();
    this.client.connection.tryNow();
    await this.settle();
    this.socket.open();
    this.socket.welcome();
    await this.settle();
  }

  asked(): MessageOf<'subscribe'> {
    const asked = this.socket.sentOf('subscribe').at(-1);
    if (asked === undefined) throw new Error('nothing was subscribed to');
    return asked;
  }

  async answer(given: Partial<MessageOf<'subscribed'>>): Promise<void> {
    const { ref, name: asked } = this.asked();
    const name = asked as ChannelName;
    const answer = { type: 'subscribed', channel: NUMBER, ref, name, epoch: 'e1' } as const;
    this.socket.answer({ ...answer, recovered: false, offset: 0, ...given });
    await this.settle();
  }

  async events(from: number, ...events: ChannelEvent[]): Promise<void> {
    this.socket.answer({
      type: 'events',
      channel: NUMBER,
      from,
      to: from + events.length,
      events,
    });
    await this.settle();
  }
}

export async function live(state = chat(1, 2)) {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  await scene.answer({ state, offset: state.head });
  return { scene, session };
}

export const numbers = (session: ChannelSession<typeof CHAT>) =>
  session.state?.messages.map(({ number }) => number);
