/**
 * Tells the rooms of a document on other nodes what happens in the one here: rows, people, cursors, typing. The
 * bus may lose messages: lost rows are found by the heads of journals, and who is there is repeated.
 */
import type { Bus, Subscription, TopicMessage } from '../bus/bus.ts';
import type { TypingChange } from '../channels/chat-typing.ts';
import type { Engine, EngineNotice } from '../engine/port.ts';
import { ROOM_EXCHANGE } from './limits.ts';
import type { RemoteMember, RemotePeople } from '../presence/remote-people.ts';
import type { LocalCursors, LocalPeopleEvent } from '../presence/room-people.ts';
import type { Leave } from '../presence/subscriber.ts';
import type { Clock } from '../runtime/clock.ts';
import {
  decodeRoomMessage,
  encodeRoomMessage,
  toRowsMessage,
  type RoomMessage,
} from './room-message.ts';

export interface ExchangedRoom {
  readonly localPeople: readonly RemoteMember[];
  readonly localCursors: readonly LocalCursors[];
  readonly remotePeople: Pick<RemotePeople, 'receive' | 'receiveAwareness' | 'forget'>;
  setTypingOf(user: string, typing: 'start' | 'stop'): void;
}

export interface RoomExchangeOptions {
  readonly bus: Bus;
  readonly engine: Pick<Engine, 'follow'>;
  readonly find: (document: string) => ExchangedRoom | undefined;
  readonly setChatTypingOf: (document: string, change: TypingChange) => void;
  /** A message that this version cannot read. */
  readonly onUnknown: () => void;
  readonly clock: Clock;
}

type Cursor = LocalCursors['entries'][number];

interface OpenRoom {
  subscription: Subscription | null;
  state: 'open' | 'closed';
  /** Unsent. */
  peopleTimer: unknown;
  cursors: Map<number, Map<number, Cursor>> | null;
  cursorTimer: unknown;
}

export class RoomExchange implements Disposable {
  readonly #options: RoomExchangeOptions;
  readonly #rooms = new Map<string, OpenRoom>();
  readonly #stops: readonly (() => void)[];
  #repeatTimer: unknown = null;

  constructor(options: RoomExchangeOptions) {
    this.#options = options;
    const { bus } = options;
    this.#stops = [
      bus.onState(({ kind }) => {
        if (kind === 'up')
          for (const document of this.#rooms.keys()) this.#exchangePeople(document);
      }),
      bus.onPeer(({ kind, peer }) => {
        if (kind === 'lost' || kind === 'restarted') this.#forget(peer.node, 'clean');
        if (kind === 'left') this.#forget(peer.node, 'abrupt');
      }),
    ];
    this.#repeatLater();
  }

  onOpened(document: string): void {
    const room: OpenRoom = {
      subscription: null,
      state: 'open',
      peopleTimer: null,
      cursors: null,
      cursorTimer: null,
    };
    this.#rooms.set(document, room);
    const { bus } = this.#options;
    void bus
      .subscribe(topicOf(document), (message) => this.#receive(document, message))
      .then((subscription) => {
        if (room.state === 'closed') {
          subscription.close();
          return;
        }
        room.subscription = subscription;
        this.#exchangePeople(document);
      });
  }

  onClosed(document: string): void {
    const room = this.#rooms.get(document);
    if (room === undefined) return;
    this.#rooms.delete(document);
    room.state = 'closed';
    room.subscription?.close();
    this.#options.clock.clearTimeout(room.peopleTimer);
    this.#options.clock.clearTimeout(room.cursorTimer);
    this.#publish(document, { kind: 'people', members: [] });
  }

  onLocalPeople(document: string, event: LocalPeopleEvent): void {
    const room = this.#rooms.get(document);
    if (room === undefined || this.#isAlone) return;
    switch (event.kind) {
      case 'changed':
        this.#sendPeopleSoon(document, room);
        break;
      case 'awareness':
        this.#sendCursorsSoon(document, room, event);
        break;
      case 'typing':
        this.#publish(document, { ...event, where: 'document' });
    }
  }

  onChatTyping(document: string, change: TypingChange): void {
    if (!this.#isAlone) this.#publish(document, { kind: 'typing', where: 'chat', ...change });
  }

  /** Rows that this node has committed. */
  appended({ document, epoch, later }: Extract<EngineNotice, { kind: 'appended' }>): void {
    if (this.#isAlone) return;
    const bytes = later.rows.reduce((sum, { update }) => sum + update.byteLength, 0);
    const moved = { kind: 'moved', epoch, head: later.base + later.rows.length } as const;
    if (bytes > ROOM_EXCHANGE.maxRowBytes) this.#publish(document, moved);
    else if (this.#publish(document, toRowsMessage(epoch, later)) === 'too-large')
      this.#publish(document, moved);
  }

  [Symbol.dispose](): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#repeatTimer);
    for (const stop of this.#stops) stop();
    for (const room of this.#rooms.values()) {
      clock.clearTimeout(room.peopleTimer);
      clock.clearTimeout(room.cursorTimer);
    }
  }

  get #isAlone(): boolean {
    return this.#options.bus.peers.length === 0;
  }

  #publish(document: string, message: RoomMessage) {
    return this.#options.bus.publish(topicOf(document), encodeRoomMessage(message));
  }

  #exchangePeople(document: string): void {
    this.#publish(document, { kind: 'who-is-there' });
    this.#sendEveryone(document);
  }

  /** Also the cursors, which stay where they are for as long as a person does not move. */
  #sendEveryone(document: string): void {
    this.#sendPeople(document);
    const cursors = this.#options.find(document)?.localCursors ?? [];
    if (cursors.length > 0) this.#sendCursors(document, cursors);
  }

  #sendPeopleSoon(document: string, room: OpenRoom): void {
    room.peopleTimer ??= this.#options.clock.setTimeout(() => {
      room.peopleTimer = null;
      this.#sendPeople(document);
    }, ROOM_EXCHANGE.peopleIntervalMs);
  }

  /** Those who came last, as many as fit into a message. */
  #sendPeople(document: string): void {
    const people = this.#options.find(document)?.localPeople ?? [];
    for (let count: number = ROOM_EXCHANGE.maxMembers; count > 0; count >>= 1) {
      const members = people
        .slice(-count)
        .map((member) => ({ ...member, announced: [...member.announced] }));
      if (this.#publish(document, { kind: 'people', members }) !== 'too-large') return;
    }
  }

  #sendCursorsSoon(
    document: string,
    room: OpenRoom,
    { subscription, entries }: LocalCursors,
  ): void {
    room.cursors ??= new Map();
    const cursors = room.cursors.get(subscription) ?? new Map<number, Cursor>();
    room.cursors.set(subscription, cursors);
    for (const entry of entries) cursors.set(entry.client, entry);
    room.cursorTimer ??= this.#options.clock.setTimeout(() => {
      room.cursorTimer = null;
      const moved = room.cursors ?? new Map<number, Map<number, Cursor>>();
      room.cursors = null;
      const cursors = Array.from(moved, ([subscription, entries]) => ({
        subscription,
        entries: [...entries.values()],
      }));
      this.#sendCursors(document, cursors);
    }, ROOM_EXCHANGE.cursorIntervalMs);
  }

  #sendCursors(document: string, cursors: readonly LocalCursors[]): void {
    const copies = cursors.map(({ subscription, entries }) => ({
      subscription,
      entries: [...entries],
    }));
    if (this.#publish(document, { kind: 'cursors', cursors: copies }) !== 'too-large') return;
    for (const { subscription, entries } of cursors)
      for (const entry of entries)
        this.#publish(document, {
          kind: 'cursors',
          cursors: [{ subscription, entries: [entry] }],
        });
  }

  #receive(document: string, message: TopicMessage): void {
    const { bus, onUnknown } = this.#options;
    if (message.kind === 'message' && message.from.node === bus.self.node) return;
    const content = message.kind === 'message' ? decodeRoomMessage(message.payload) : null;
    if (message.kind === 'unreadable' || content === null) onUnknown();
    else this.#handle(document, message.from.node, content);
  }

  #handle(document: string, node: string, message: RoomMessage): void {
    const { engine, find } = this.#options;
    switch (message.kind) {
      case 'rows': {
        const { kind: _, epoch, rows, owners, ...positions } = message;
        const later = { ...positions, rows: rows.map(compacted), owners: new Map(owners) };
        engine.follow({ kind: 'later', document, epoch, later });
        break;
      }
      case 'moved':
        engine.follow({ document, ...message });
        break;
      case 'people':
        find(document)?.remotePeople.receive(node, message.members);
        break;
      case 'who-is-there':
        this.#sendEveryone(document);
        break;
      case 'cursors':
        for (const { subscription, entries } of message.cursors)
          find(document)?.remotePeople.receiveAwareness(node, subscription, entries);
        break;
      case 'typing':
        if (message.where === 'document') find(document)?.setTypingOf(message.user, message.typing);
        else this.#options.setChatTypingOf(document, message);
    }
  }

  #forget(node: string, how: Leave): void {
    for (const document of this.#rooms.keys())
      this.#options.find(document)?.remotePeople.forget(node, how);
  }

  /** What was lost on the way is right after the next repetition. */
  #repeatLater(): void {
    this.#repeatTimer = this.#options.clock.setTimeout(() => {
      if (!this.#isAlone) for (const document of this.#rooms.keys()) this.#sendEveryone(document);
      this.#repeatLater();
    }, ROOM_EXCHANGE.repeatMs);
  }
}

/** Another thread would get the whole message with each row. */
function compacted<R extends { readonly update: Uint8Array }>(row: R): R {
  return { ...row, update: new Uint8Array(row.update) };
}

function topicOf(document: string): string {
  return `document/${document}`;
}
