/** Reads a feed like a browser's EventSource, and can stop reading. */
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { feedEvents, feedPath, type ChannelName, type FeedEvents } from '@tandem/protocol';
import { eventually } from './eventually.ts';
import type { RunningServer } from './running-server.ts';

export type FeedEvent = {
  [T in keyof FeedEvents]: {
    readonly type: T;
    readonly id: string | null;
    readonly data: FeedEvents[T];
  };
}[keyof FeedEvents];
type FeedEventOf<T extends keyof FeedEvents> = Extract<FeedEvent, { type: T }>;

export class FeedReader {
  readonly received: FeedEvent[] = [];
  readonly answer: IncomingMessage;
  lastEventId: string | null = null;
  retries: number[] = [];
  isOver = false;
  #text = '';

  private constructor(answer: IncomingMessage) {
    this.answer = answer;
    answer.setEncoding('utf8');
    answer.on('data', (piece: string) => this.#receive(piece));
    answer.on('close', () => (this.isOver = true));
    answer.on('error', () => {});
    onTestFinished(() => void answer.destroy());
  }

  static async open(
    server: RunningServer,
    name: ChannelName,
    headers: Record<string, string> = {},
  ): Promise<FeedReader> {
    const request = get(`${server.url}${feedPath(name)}`, { headers, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return new FeedReader(answer);
  }

  get status(): number {
    return this.answer.statusCode as number;
  }

  get text(): string {
    return this.#text;
  }

  async next<T extends keyof FeedEvents>(type: T): Promise<FeedEventOf<T>> {
    const at = () => this.received.findIndex((event) => event.type === type);
    await eventually(`${type} comes`, () => at() >= 0);
    return this.received.splice(at(), 1)[0] as FeedEventOf<T>;
  }

  async end(): Promise<void> {
    await eventually('the feed is over', () => this.isOver);
  }

  leave(): void {
    this.answer.destroy();
  }

  #receive(piece: string): void {
    this.#text += piece;
    if (this.status !== 200) return;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() as string;
    for (const block of blocks) this.#take(new Map(block.split('\n').map(fieldOf)));
  }

  #take(fields: ReadonlyMap<string, string>): void {
    const retry = fields.get('retry');
    if (retry !== undefined) this.retries.push(Number(retry));
    const type = fields.get('event') as keyof FeedEvents | undefined;
    if (type === undefined) return;
    const id = fields.get('id') ?? null;
    if (id !== null) this.lastEventId = id;
    const data: unknown = feedEvents[type].parse(JSON.parse(fields.get('data') as string));
    this.received.push({ type, id, data } as FeedEvent);
  }
}

function fieldOf(line: string): [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1).trimStart()];
}
