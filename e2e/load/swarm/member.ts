/** One simulated person: one socket, or as many as the protocol needs, in a few rooms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock.ts';
import { CLIENT_PROTOCOLS, type ClientProtocolName } from './protocols/index.ts';
import type {
  ClientProtocol,
  MessageListener,
  ProtocolClient,
  Sender,
  Want,
} from './client-protocol.ts';
import { Link, type LinkOwner } from './link.ts';
import { FIRST_CLIENT, makeMessage } from './messages.ts';
import { Reception } from './reception.ts';
import { ageMs, readStamps, restamp } from './stamp.ts';
import type { Totals } from './totals.ts';

export interface MemberPlan {
  /** Unique in a crowd; also the writer number in stamps. */
  readonly writer: number;
  readonly rooms: readonly string[];
  readonly token: string;
}

export interface MemberOptions extends MemberPlan {
  readonly clientProtocol: ClientProtocolName;
  readonly port: number;
  readonly localAddress: string;
  readonly textLength: number;
  readonly wants: Want;
  readonly totals: Totals;
}

export class Member {
  readonly writer: number;
  readonly #options: MemberOptions;
  readonly #clientProtocol: ClientProtocol;
  readonly #lines: readonly Line[];
  readonly #reception = new Reception();
  readonly #unanswered: number[] = [];
  #written = 0;
  #notReady: Line[] = [];
  #settle: ((outcome: string | null) => void) | null = null;
  #connectingSinceMs = 0;
  /** From the server's goodbye; `null` without one. */
  #dictatedRetryMs: number | null = null;
  #state: 'here' | 'left' = 'here';

  constructor(options: MemberOptions) {
    this.writer = options.writer;
    this.#options = options;
    this.#clientProtocol = CLIENT_PROTOCOLS[options.clientProtocol];
    const { rooms } = options;
    const size = Math.min(rooms.length, this.#clientProtocol.roomsPerSocket);
    this.#lines = Array.from(
      { length: Math.ceil(rooms.length / size) },
      (_, index) => new Line(this, rooms.slice(index * size, (index + 1) * size)),
    );
  }

  get options(): MemberOptions {
    return this.#options;
  }

  get acknowledged(): number {
    return this.#written - this.#unanswered.length;
  }

  /** @returns `null` once the member is in all rooms, or the reason of the failure. */
  connect(): Promise<string | null> {
    this.#connectingSinceMs = nowMs();
    this.#notReady = [...this.#lines];
    return new Promise((resolve) => {
      this.#settle = (outcome) => {
        this.#settle = null;
        if (outcome === null) this.#options.totals.opened.add(nowMs() - this.#connectingSinceMs);
        resolve(outcome);
      };
      for (const line of this.#lines) line.open();
    });
  }

  async reconnect(): Promise<number> {
    const stillHere = () => this.#state === 'here';
    for (let attempt = 0; ; attempt++) {
      await sleep(this.#dictatedRetryMs ?? this.#clientProtocol.backoffMs(attempt, Math.random()));
      this.#dictatedRetryMs = null;
      if (!stillHere() || (await this.connect()) === null) return attempt + 1;
      this.#hangUp();
    }
  }

  cut(): void {
    this.#hangUp();
  }

  leave(): void {
    this.#state = 'left';
    this.#hangUp();
    this.#settle?.('left');
  }

  stall(): void {
    for (const line of this.#lines) line.link?.stall();
  }

  resume(): void {
    for (const line of this.#lines) line.link?.resume();
  }

  write(count: number): void {
    const { textLength: length, totals, wants } = this.#options;
    const form = wants === 'command' ? 'text' : this.#clientProtocol.form;
    const atMs = nowMs();
    const messages = Array.from({ length: count }, () =>
      makeMessage(form, {
        writer: this.writer,
        number: this.#written++,
        atMs,
        length,
      }),
    );
    for (let sent = 0; sent < count; sent++) this.#unanswered.push(atMs);
    totals.written += count;
    this.#lines[0]?.client.publish(0, messages);
  }

  /** Writes a prepared Yjs update into the first room, with any stamp set to now. */
  writeUpdate(update: Buffer): void {
    const atMs = nowMs();
    restamp(update, atMs);
    // An echo acknowledges only stamped messages.
    if (!this.#clientProtocol.echoes) this.#unanswered.push(atMs);
    this.#options.totals.written++;
    this.#lines[0]?.client.publish(0, [update]);
  }

  ready(line: Line): void {
    this.#notReady = this.#notReady.filter((other) => other !== line);
    if (this.#notReady.length === 0) this.#settle?.(null);
  }

  onMessage(content: Buffer): void {
    const now = nowMs();
    const { totals } = this.#options;
    readStamps(content, (writer, number, atMs) => {
      if (writer === this.writer) {
        if (this.#clientProtocol.echoes) this.answered(1);
        return;
      }
      const arrival = this.#reception.note(writer, number);
      if (arrival === 'duplicate') {
        if (this.#clientProtocol.delivery === 'stream') totals.duplicates++;
        return;
      }
      if (arrival === 'late' && this.#clientProtocol.delivery === 'stream') totals.late++;
      totals.delivered++;
      const age = ageMs(atMs, now);
      const sinceConnect = now - this.#connectingSinceMs;
      if (age > sinceConnect) totals.replays.add(sinceConnect);
      else totals.latencies.add(age);
    });
  }

  answered(count: number): void {
    const now = nowMs();
    for (const atMs of this.#unanswered.splice(0, count))
      this.#options.totals.answers.add(now - atMs);
  }

  sentAway(retryAfterMs: number): void {
    this.#dictatedRetryMs = retryAfterMs;
  }

  known(): ReadonlyMap<number, number> {
    const { textLength } = this.#options;
    const clocks = new Map<number, number>();
    for (const [writer, count] of this.#reception.whole())
      if (count > 0) clocks.set(FIRST_CLIENT + writer, count * textLength);
    if (this.#written > 0) clocks.set(FIRST_CLIENT + this.writer, this.#written * textLength);
    return clocks;
  }

  failed(reason: string): void {
    if (this.#settle !== null) this.#settle(reason);
    else if (this.#state === 'here') this.#options.totals.fault(reason);
  }

  #hangUp(): void {
    for (const line of this.#lines) line.cut();
  }
}

class Line implements LinkOwner, MessageListener {
  readonly client: ProtocolClient;
  link: Link | null = null;
  readonly #member: Member;

  constructor(member: Member, rooms: readonly string[]) {
    this.#member = member;
    const { clientProtocol, token, wants, writer } = member.options;
    this.client = CLIENT_PROTOCOLS[clientProtocol].speak({
      rooms,
      listener: this,
      token,
      client: FIRST_CLIENT + writer,
      wants,
    });
  }

  open(): void {
    const { port, localAddress } = this.#member.options;
    const { path, subprotocol } = this.client;
    this.link = new Link({ port, localAddress, path, subprotocol, owner: this });
  }

  cut(): void {
    this.link?.cut();
    this.link = null;
  }

  opened(link: Link): void {
    const sender: Sender = link;
    this.client.opened(sender);
  }

  received(payload: Buffer): void {
    this.client.receive(payload);
  }

  closed(link: Link, reason: string): void {
    if (link === this.link) this.#member.failed(reason);
  }

  ready(): void {
    this.#member.ready(this);
  }

  onMessage(content: Buffer): void {
    this.#member.onMessage(content);
  }

  acknowledged(count: number): void {
    this.#member.answered(count);
  }

  sentAway(retryAfterMs: number): void {
    this.#member.sentAway(retryAfterMs);
  }

  refused(reason: string): void {
    this.#member.failed(reason);
  }

  known(): ReadonlyMap<number, number> {
    return this.#member.known();
  }
}
