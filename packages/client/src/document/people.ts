/**
 * The others in a document: members, cursors and who is typing. Nothing here is kept or counted; what
 * is lost with a connection is told again after the next opening.
 */
import {
  AWARENESS_INTERVAL_MS,
  TYPING_REFRESH_MS,
  type ClientMessage,
  type Member,
  type PresenceState,
  type ServerMessage,
} from '@tandem/protocol';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Clock } from '../environment.ts';

/** Messages that only make sense within a channel; the session adds its number. */
export type PeopleMessage = Extract<
  ClientMessage,
  { type: 'awareness' | 'presence:set' | 'typing:start' | 'typing:stop' }
>;

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
  #members: ReadonlyMap<string, Member> = new Map();
  #typing: readonly string[] = [];
  #state: PresenceState = 'active';
  #isTyping = false;
  #typingTimer: unknown = null;
  #cursorTimer: unknown = null;
  #cursorSentAt = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.awareness = new Awareness(options.doc);
    this.awareness.on('update', (_change: unknown, origin: unknown) => {
      if (origin === 'local') this.#scheduleCursor();
    });
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
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
    if (this.#isTyping) this.#options.send({ type: 'typing:start', channel: 0 });
  }

  /** The channel is gone: what was known of others is not true any more. */
  lost(): void {
    const others = [...this.awareness.getStates().keys()].filter(
      (client) => client !== this.awareness.clientID,
    );
    removeAwarenessStates(this.awareness, others, REMOTE);
    // With its clock forgotten, the same state is taken in again after the next opening.
    for (const client of others) this.awareness.meta.delete(client);
    this.#members = new Map();
    this.#typing = [];
    this.#options.changed();
  }

  receive(
    message: Extract<ServerMessage, { type: 'awareness' | 'presence:changed' | 'typing:changed' }>,
  ): void {
    switch (message.type) {
      case 'awareness':
        applyAwarenessUpdate(this.awareness, message.update, REMOTE);
        return;
      case 'presence:changed': {
        const members = new Map(message.full ? [] : this.#members);
        for (const member of message.members) members.set(member.user, member);
        for (const user of message.left) members.delete(user);
        this.#members = members;
        break;
      }
      case 'typing:changed':
        this.#typing = message.users;
        break;
    }
    this.#options.changed();
  }

  setIdle(idle: boolean): void {
    const state = idle ? 'idle' : 'active';
    if (state === this.#state) return;
    this.#state = state;
    this.#options.send({ type: 'presence:set', channel: 0, state });
  }

  /** Said again every few seconds while it goes on; the server forgets it otherwise. */
  setTyping(active: boolean): void {
    if (active === this.#isTyping) return;
    this.#isTyping = active;
    this.#options.clock.clearTimeout(this.#typingTimer);
    if (active) this.#sayTyping();
    else this.#options.send({ type: 'typing:stop', channel: 0 });
  }

  destroy(): void {
    // Its last word, that the cursor is gone, may set the timer once more.
    this.awareness.destroy();
    this.#options.clock.clearTimeout(this.#typingTimer);
    this.#options.clock.clearTimeout(this.#cursorTimer);
  }

  #sayTyping(): void {
    this.#options.send({ type: 'typing:start', channel: 0 });
    this.#typingTimer = this.#options.clock.setTimeout(() => this.#sayTyping(), TYPING_REFRESH_MS);
  }

  /** The first move at once, later ones at most every `AWARENESS_INTERVAL_MS`, the last one always. */
  #scheduleCursor(): void {
    if (this.#cursorTimer !== null) return;
    const { clock } = this.#options;
    const delay = this.#cursorSentAt + AWARENESS_INTERVAL_MS - clock.now();
    if (delay <= 0) return this.#sendCursor();
    this.#cursorTimer = clock.setTimeout(() => this.#sendCursor(), delay);
  }

  #sendCursor(): void {
    this.#options.clock.clearTimeout(this.#cursorTimer);
    this.#cursorTimer = null;
    this.#cursorSentAt = this.#options.clock.now();
    const update = encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]);
    this.#options.send({ type: 'awareness', channel: 0, update });
  }
}
