/**
 * The people in a document: members, cursors and typing. Nothing is stored or acknowledged; after a
 * reconnect the server sends it again, members as a difference if that is small.
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

export type PeopleMessage = Extract<
  ClientMessage,
  { type: 'awareness' | 'presence:set' | 'presence:list' | 'typing:start' | 'typing:stop' }
>;

export interface PeoplePage {
  readonly members: readonly Member[];
  readonly next: number | null;
}

export interface PeopleOptions {
  readonly doc: Y.Doc;
  readonly clock: Clock;
  readonly send: (message: PeopleMessage) => void;
  readonly changed: () => void;
}

const REMOTE = Symbol('remote');

export class People {
  readonly awareness: Awareness;
  readonly #options: PeopleOptions;
  readonly #typingRefresher: TypingRefresher;
  /**
   * Members as last reported by the server; while the channel is lost, only the base of the next
   * difference.
   */
  #shown: ReadonlyMap<string, Member> = new Map();
  #you: Member | null = null;
  #members: readonly Member[] = [];
  #counts: MemberCounts | null = null;
  #position: ChannelPosition | null = null;
  #isHere = false;
  readonly #requests = new Map<number, (page: PeoplePage | null) => void>();
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

  /**
   * The visible members: in the order in which they joined, or in a crowd the most recently active;
   * always includes oneself.
   */
  get members(): readonly Member[] {
    return this.#members;
  }

  get counts(): MemberCounts | null {
    return this.#isHere ? this.#counts : null;
  }

  get position(): ChannelPosition | undefined {
    return this.#position ?? undefined;
  }

  get typing(): readonly string[] {
    return this.#typing;
  }

  opened(): void {
    this.#sendCursor();
    if (this.#state !== 'active')
      this.#options.send({ type: 'presence:set', channel: 0, state: this.#state });
    this.#typingRefresher.resume();
  }

  lost(): void {
    const others = [...this.awareness.getStates().keys()].filter(
      (client) => client !== this.awareness.clientID,
    );
    removeAwarenessStates(this.awareness, others, REMOTE);
    // Forgetting the clock lets the same state apply again after the next opening.
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
        this.#requests.get(message.ref)?.({ members: message.members, next: message.next });
        this.#requests.delete(message.ref);
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
   * Lists people whose name contains `query`, visible or not.
   *
   * @param after the `next` of the previous page, or 0
   * @returns null if the connection was lost first
   */
  list(query: string, after: number): Promise<PeoplePage | null> {
    if (!this.#isHere) return Promise.resolve(null);
    const ref = ++this.#lastRef;
    return new Promise((resolve) => {
      this.#requests.set(ref, resolve);
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
    // Its last update, which removes the cursor, may set the timer again.
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
    // A difference that starts after the known position would leave a gap.
    const mine = this.#position;
    const follows = mine !== null && mine.epoch === position.epoch && from <= mine.offset;
    if (full || follows) this.#position = position;
  }

  #answer(page: PeoplePage | null): void {
    for (const answer of this.#requests.values()) answer(page);
    this.#requests.clear();
  }

  /** Sends the first move at once, later ones at the server's pace, and always the last. */
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
    // The server would end the connection for an oversized state, so others keep seeing the
    // previous one.
    if (update.byteLength > MAX_AWARENESS_STATE_BYTES) return;
    this.#options.send({ type: 'awareness', channel: 0, update });
  }
}
