/** Cost of connected people who do nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SCHEMA_VERSION } from '@tandem/document';
import {
  binaryCodec,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  SYNC_PATH,
  type ChannelName,
  type ClientMessage,
  type ServerMessage,
} from '@tandem/protocol';
import { Link, type LinkOwner } from '../../load/swarm/link.ts';
import { TARGET_NAMES, type RunningTarget } from '../targets.ts';
import { median, type Outcome, type Scenario } from '../scenario.ts';
import { fiveRooms, gather, roomsOf } from './participants.ts';

const PEOPLE = { quick: 1_000, full: 3_000 } as const;
/** Connections made before the measurement, to exclude one-time costs. */
const WARM_UP = 50;
/** By then the presence of newcomers is sent and that of the warm-up has expired (10 s). */
const SETTLE_MS = 11_000;
/** V8 shrinks its young generation only after a quiet period. */
const QUIET_MS = 40_000;
/** One heartbeat round of Tandem and of Socket.IO. */
const WINDOW_MS = 25_000;
const JOINING_AT_ONCE = 50;

export const idle: Scenario = {
  name: 'idle',
  what: 'People in five rooms each (four of ten people, one of a thousand) who do nothing; memory after a full collection, processor time with what the server does for nobody.',
  operation: 'person and second',
  targets: TARGET_NAMES,
  together: true,
  async run(runner) {
    const { running, scale, length } = runner;
    const people = Math.round(PEOPLE[length] * scale);
    const rooms = fiveRooms(people);
    const warmUp = await gather(runner, { rooms: rooms.slice(0, WARM_UP), firstWriter: people });
    await using crowd = await gather(runner, { rooms });
    await restart(running);
    await warmUp.open();
    await warmUp[Symbol.asyncDispose]();
    const outcome = await measure(running, () => crowd.open());
    const { faults } = await crowd.report();
    return { ...outcome, faults };
  },
};

export const idleApp: Scenario = {
  name: 'idle-app',
  what: 'The same with what the application has open: one document with ten people in it, its chat and sharing, the library and the activity of its documents.',
  operation: 'person and second',
  targets: ['tandem'],
  async run({ running, scale, length }) {
    const people = Math.round(PEOPLE[length] * scale);
    const rooms = roomsOf(10, people).flat();
    const tokens = await running.prepare([...new Set(rooms)], people);
    await restart(running);
    const tabs = rooms.map((document, number) => {
      const token = tokens[number] as string;
      return new Tab({ port: running.server.port, document, token, number });
    });
    const warmUp = tabs.slice(0, WARM_UP);
    await joinAll(warmUp);
    for (const tab of warmUp) tab.leave();
    const outcome = await measure(running, async () => {
      await joinAll(tabs);
      return tabs.length;
    });
    for (const tab of tabs) tab.leave();
    return { ...outcome, faults: new Map() };
  },
};

/** Restarts the server, so that the cost of creating rooms is not measured. */
async function restart({ server }: RunningTarget): Promise<void> {
  await server.kill();
  await server.start();
}

/** @param open connects everyone. @returns the number of people. */
async function measure(
  { server }: RunningTarget,
  open: () => Promise<number>,
): Promise<Omit<Outcome, 'faults'>> {
  await sleep(SETTLE_MS);
  const empty = await server.usageAtRest();
  const people = await open();
  await sleep(QUIET_MS);
  const { cpuUs: before } = await server.usage();
  await sleep(WINDOW_MS);
  const { cpuUs: after } = await server.usage();
  const full = await server.usageAtRest();
  return {
    operations: (people * WINDOW_MS) / 1000,
    cpuUs: after - before,
    bytesPerPerson: (full.rss - empty.rss) / people,
    samples: {},
    figures: {
      'main heap KB/person': median((full.heapUsed - empty.heapUsed) / people / 1024),
    },
  };
}

async function joinAll(tabs: readonly Tab[]): Promise<void> {
  const waiting = [...tabs];
  const launcher = async (): Promise<void> => {
    for (let tab = waiting.pop(); tab !== undefined; tab = waiting.pop()) await tab.join();
  };
  await Promise.all(Array.from({ length: JOINING_AT_ONCE }, launcher));
}

interface TabOptions {
  readonly port: number;
  readonly document: string;
  readonly token: string;
  readonly number: number;
}

class Tab implements LinkOwner {
  readonly #options: TabOptions;
  #link: Link | null = null;
  #unanswered = 0;
  #settle: (reason: string | null) => void = () => {};

  constructor(options: TabOptions) {
    this.#options = options;
  }

  async join(): Promise<void> {
    const { port } = this.#options;
    const reason = await new Promise<string | null>((resolve) => {
      this.#settle = resolve;
      const path = SYNC_PATH;
      const subprotocol = SUBPROTOCOL_BINARY;
      this.#link = new Link({ port, localAddress: '127.0.1.1', path, subprotocol, owner: this });
    });
    if (reason !== null) throw new Error(reason);
  }

  leave(): void {
    this.#link?.cut();
  }

  opened(link: Link): void {
    const { document, token, number } = this.#options;
    const names: readonly ChannelName[] = [
      'library',
      'activity',
      `chat:${document}`,
      `sharing:${document}`,
    ];
    const hello = {
      channel: 0,
      protocol: PROTOCOL_VERSION,
      schema: SCHEMA_VERSION,
      token,
    } as const;
    const messages: ClientMessage[] = [
      { type: 'hello', ...hello },
      { type: 'open', channel: 0, ref: 0, document, client: number + 1 },
      ...names.map((name, at) => ({ type: 'subscribe', channel: 0, ref: at + 1, name }) as const),
    ];
    this.#unanswered = names.length + 1;
    link.send(binaryCodec.join(messages.map((message) => binaryCodec.encode(message))));
  }

  received(payload: Buffer): void {
    const decoded = binaryCodec.decodeFromServer(payload);
    if (decoded.kind === 'invalid') this.#settle(decoded.reason);
    else for (const message of decoded.messages) this.#handleMessage(message);
  }

  closed(_link: Link, reason: string): void {
    this.#settle(reason);
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'ping':
        this.#link?.send(binaryCodec.encode({ type: 'pong', channel: 0, nonce: message.nonce }));
        break;
      case 'opened':
      case 'subscribed':
        if (--this.#unanswered === 0) this.#settle(null);
        break;
      case 'closed':
      case 'unsubscribed':
        this.#settle(message.error?.message ?? message.type);
        break;
      default:
        break;
    }
  }
}
