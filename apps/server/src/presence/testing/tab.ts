/** A tab as a client keeps it: what it knows of people follows from the messages that it receives alone. */
import type { ChannelPosition, Member, MemberCounts, PresenceState, User } from '@tandem/protocol';
import type { Subscriber } from '../subscriber.ts';
import type { EncodedMessage } from '../../runtime/encoded-message.ts';
import { readAwareness } from '../awareness-update.ts';
import type { Presence } from '../roster.ts';

export class Tab implements Subscriber {
  readonly client: number;
  user: User;
  subscription = 0;
  presence: Presence | null = null;
  state: PresenceState = 'active';
  connection: 'none' | 'open' | 'cut' = 'none';
  isOverConflateThreshold = false;
  missed = false;
  fulls = 0;
  position: ChannelPosition | undefined = undefined;
  readonly shown = new Map<string, Member>();
  you: Member | null = null;
  counts: MemberCounts | null = null;
  cursorIntervalMs = 0;
  readonly cursors = new Map<number, { clock: number; state: string | null }>();
  readonly received: EncodedMessage[] = [];

  constructor(client: number, user: User) {
    this.client = client;
    this.user = user;
  }

  get here(): Presence {
    if (this.presence === null) throw new Error('nothing is open');
    return this.presence;
  }

  deliver(encoded: EncodedMessage): void {
    if (this.isOverConflateThreshold) {
      this.missed = true;
      return;
    }
    this.received.push(encoded);
    const { message } = encoded;
    if (message.type === 'awareness') this.#cursors(message.update);
    if (message.type !== 'presence:changed') return;
    const { full, from, position, members, left, you, counts } = message;
    if (full) {
      this.shown.clear();
      this.fulls++;
    }
    for (const user of left) this.shown.delete(user);
    for (const member of members) this.shown.set(member.user, member);
    if (you !== undefined) this.you = you;
    else if (this.you !== null) this.you = this.shown.get(this.you.user) ?? this.you;
    this.counts = counts;
    this.cursorIntervalMs = message.cursorIntervalMs;
    const follows =
      this.position?.epoch === position.epoch && from <= (this.position?.offset ?? -1);
    if (full || follows) this.position = position;
  }

  #cursors(update: Uint8Array): void {
    const reading = readAwareness(update);
    if (reading.kind === 'invalid') throw new Error(reading.reason);
    for (const { client, clock, state } of reading.entries) {
      const known = this.cursors.get(client);
      const isNews =
        known === undefined ||
        clock > known.clock ||
        (clock === known.clock && state === null && known.state !== null);
      if (isNews) this.cursors.set(client, { clock, state });
    }
  }
}
