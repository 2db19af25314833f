/**
 * The people in a document: members, cursors and who is typing. Nothing here is kept or counted; what
 * is lost with a connection is told again after the next opening, members by a difference if there are few.
 */
import {
  AWARENESS_INTERVAL_MS,
  MAX_AWARENESS_STATE_BYTES,
  MAX_NAME_LENGTH,
  truncateText,
  type ChannelPosition,
  type ClientMessage,
  type Member,
  type MemberCounts,
  type MessageOf,
  type PresenceState,
} from '@tandem/protocol';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Clock } from '../environment.ts';
import { TypingRefresher } from '../typing-refresher.ts';

/** Messages that only make sense within a channel; the session adds its number. */
export type PeopleMessage = Extract<
  ClientMessage,
  { type: 'awareness' | 'presence:set' | 'presence:list' | 'typing:start' | 'typing:stop' }
>;

/** Some of the people in a document, in the order in which they came. */
export interface PeoplePage {
  readonly members: readonly Member[];
  /** Where the next page begins; null when this is the last. */
  readonly next: number | null;
}

export interface PeopleOptions {
  readonly doc: Y.Doc;
  readonly clock: Clock;
  /** Sends when the channel is open; otherwise the message goes nowhere. */
  readonly send: (message: PeopleMessage) => void;
  readonly changed: () => void;
}

/** Marks what came from the server, so that it is not sent back. */
const REMOTE = Symbol('remote');

export class People {
  readonly awareness: Awareness;
  readonly #options: PeopleOptions;
  readonly #typingRefresher: TypingRefresher;
  /** Who is shown, as the server last said it; while the channel is lost, for the difference only. */
  #shown: ReadonlyMap<string, Member> = new Map();
  #you: Member | null = null;
  #members: readonly Member[] = [];
  #counts: MemberCounts | null = null;
  #position: ChannelPosition | null = null;
  #isHere = false;
  readonly #asked = new Map<number, (page: PeoplePage | null) => void>();
  #lastRef = 0;
  #typing: readonly string[] = [];
  #state: PresenceState = 'active';
  #cursorTimer: unknown = null;
  #cursorSentAt = 0;
  #cursorIntervalMs = AWARENESS_INTERVAL_MS;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#typingRefresher = new TypingRefresher(options.clock, (type) =>
      options.send({ type, channel: 0 }),
    );
    this.awareness = new Awareness(options.doc);
    this.awareness.on('update', (_change: unknown, origin: unknown) => {
      if (origin === 'local') this.#scheduleCursor();
    });
  }

  /** Those who are shown, in the order in which they came, or in a crowd those who did something last; always oneself. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** How many people are here, shown or not; null while that is not known. */
  get counts(): MemberCounts | null {
    return this.#isHere ? this.#counts : null;
  }

  /** What is known of the members, to say with the next opening. */
  get position(): ChannelPosition | undefined {
    return this.#position ?? undefined;
  }

  /** Users, oldest first, without oneself. */
  get typing(): readonly string[] {
    return this.#typing;
  }

  /** The channel is open: tell the server what it cannot know. */
  opened(): void {
    this.#sendCursor();
    if (this.#state !== 'active')
      this.#options.send({ type: 'presence:set', channel: 0, state: this.#state });
    this.#typingRefresher.resume();
  }

  /** The channel is gone: what was known of others is not true any more. */
  lost(): void {
    const others = [...this.awareness.getStates().keys()].filter(
      (client) => client !== this.awareness.clientID,
    );
    removeAwarenessStates(this.awareness, others, REMOTE);
    // With its clock forgotten, the same state is taken in again after the next opening.
    for (const client of others) this.awareness.meta.delete(client);
    this.#isHere = false;
    this.#members = [];
    this.#typing = [];
    this.#answer(null);
    this.#options.changed();
  }

  receive(
    message: MessageOf<'awareness' | 'presence:changed' | 'presence:listed' | 'typing:changed'>,
  ): void {
    switch (message.type) {
      case 'awareness':
        applyAwarenessUpdate(this.awareness, message.update, REMOTE);
        return;
      case 'presence:listed':
        this.#asked.get(message.ref)?.({ members: message.members, next: message.next });
        this.#asked.delete(message.ref);
        return;
      case 'presence:changed':
        this.#learn(message);
        break;
      case 'typing:changed':
        this.#typing = message.users;
        break;
    }
    this.#options.changed();
  }

  /**
   * People whose name has `query` in it, also those who are not shown, after the `next` of an earlier page or
   * 0. Null when the connection went first.
   */
  list(query: string, after: number): Promise<PeoplePage | null> {
    if (!this.#isHere) return Promise.resolve(null);
    const ref = ++this.#lastRef;
    return new Promise((resolve) => {
      this.#asked.set(ref, resolve);
      this.#options.send({
        type: 'presence:list',
        channel: 0,
        ref,
        query: truncateText(query, MAX_NAME_LENGTH),
        after,
      });
    });
  }

  setPresence(state: PresenceState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.send({ type: 'presence:set', channel: 0, state });
  }

  setTyping(active: boolean): void {
    this.#typingRefresher.set(active);
  }

  destroy(): void {
    // Its last word, that the cursor is gone, may set the timer once more.
    this.awareness.destroy();
    this.#answer(null);
    this.#typingRefresher.destroy();
    this.#options.clock.clearTimeout(this.#cursorTimer);
  }

  #learn(message: MessageOf<'presence:changed'>): void {
    const { full, from, position, members, left, you, counts, cursorIntervalMs } = message;
    const shown = new Map(full ? [] : this.#shown);
    for (const user of left) shown.delete(user);
    for (const member of members) shown.set(member.user, member);
    this.#shown = shown;
    const own = you ?? this.#you;
    this.#you = own && (shown.get(own.user) ?? own);
    this.#members =
      own === null || shown.has(own.user) ? [...shown.values()] : [...shown.values(), own];
    this.#counts = counts;
    this.#cursorIntervalMs = cursorIntervalMs;
    this.#isHere = true;
    // Behind something that was not heard, the difference has to be from before it.
    const mine = this.#position;
    const follows = mine !== null && mine.epoch === position.epoch && from <= mine.offset;
    if (full || follows) this.#position = position;
  }

  #answer(page: PeoplePage | null): void {
    for (const answer of this.#asked.values()) answer(page);
    this.#asked.clear();
  }

  /** The first move at once, later ones at the pace that the server asks for, the last one always. */
  #scheduleCursor(): void {
    if (this.#cursorTimer !== null) return;
    const { clock } = this.#options;
    const delay = this.#cursorSentAt + this.#cursorIntervalMs - clock.now();
    if (delay <= 0) return this.#sendCursor();
    this.#cursorTimer = clock.setTimeout(() => this.#sendCursor(), delay);
  }

  #sendCursor(): void {
    this.#options.clock.clearTimeout(this.#cursorTimer);
    this.#cursorTimer = null;
    this.#cursorSentAt = this.#options.clock.now();
    const update = encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]);
    // The server would end the connection, which carries more than this; others go on seeing the state before.
    if (update.byteLength > MAX_AWARENESS_STATE_BYTES) return;
    this.#options.send({ type: 'awareness', channel: 0, update });
  }
}
