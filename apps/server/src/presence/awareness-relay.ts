/**
 * Relays the cursors and selections of one room. An id belongs to the subscription that announced
 * it, and in pages the server sets the user, so clients cannot impersonate others. Stock clients
 * repeat what they receive, so another's id is ignored, not a violation.
 *
 * At most `CURSORS.maxShown` are shown. A moving cursor replaces the one that has been still the
 * longest, unless that one moved a moment ago; so a shown cursor can be followed. A free place goes
 * to the most recent mover.
 */
import {
  MAX_AWARENESS_CLIENTS_PER_CONNECTION,
  type DocumentKind,
  type User,
} from '@tandem/protocol';
import { CURSORS } from './limits.ts';
import type { AwarenessEntry } from './awareness-update.ts';

export interface AwarenessSpeaker {
  readonly subscription: number;
  readonly user: User;
  /** The only id it may announce; null where the protocol does not declare one. */
  readonly client: number | null;
}

export interface AwarenessChange {
  readonly owner: number | null;
  readonly entry: AwarenessEntry;
}

export interface AwarenessTaken {
  readonly announced: readonly number[];
  readonly moved: boolean;
}

const NOTHING: AwarenessTaken = { announced: [], moved: false };

interface Held {
  speaker: AwarenessSpeaker;
  clock: number;
  /** The newest clock sent to others; it only grows, also over reconnects. */
  sentClock: number;
  state: string | null;
  movedAtMs: number;
}

interface Place {
  readonly speaker: AwarenessSpeaker;
  readonly order: number;
  /** Announced ids: none in an idle tab, mostly one. */
  clients: readonly number[];
}

export class AwarenessRelay {
  readonly #kind: DocumentKind;
  readonly #places = new Map<number, Place>();
  readonly #held = new Map<number, Held>();
  /** Ids with a state, shown or hidden. The most recent mover is last. */
  readonly #shown = new Set<number>();
  readonly #hidden = new Set<number>();
  readonly #departed = new Map<number, { readonly sentClock: number; readonly order: number }>();
  readonly #changed = new Set<number>();
  #order = 0;

  constructor(kind: DocumentKind) {
    this.#kind = kind;
  }

  join(speaker: AwarenessSpeaker): void {
    this.#places.set(speaker.subscription, { speaker, order: ++this.#order, clients: [] });
  }

  receive(subscription: number, entries: readonly AwarenessEntry[], nowMs: number): AwarenessTaken {
    const place = this.#places.get(subscription);
    if (place === undefined) return NOTHING;
    const announced: number[] = [];
    let moved = false;
    for (const { client, clock, state } of entries) {
      const held = this.#held.get(client);
      // Clients repeat their state every 15 s as a keepalive.
      const moves = state !== null && state !== held?.state;
      if (held !== undefined && held.speaker.subscription === subscription) {
        const newer =
          clock > held.clock || (clock === held.clock && state === null && held.state !== null);
        if (!newer) continue;
        held.clock = clock;
        held.state = state;
      } else {
        if (state === null || !this.#mayAnnounce(place, client)) continue;
        if (held !== undefined) this.#take(client, held);
        const sentClock = held?.sentClock ?? this.#departed.get(client)?.sentClock ?? -1;
        this.#departed.delete(client);
        const movedAtMs = held?.movedAtMs ?? nowMs;
        this.#held.set(client, { speaker: place.speaker, clock, sentClock, state, movedAtMs });
        place.clients = place.clients.concat(client);
        announced.push(client);
      }
      if (state === null) this.#vanish(client);
      else if (moves || !this.#isPlaced(client)) this.#move(client, nowMs);
      if (moves) moved = true;
      if (state === null || this.#shown.has(client)) this.#changed.add(client);
    }
    return { announced, moved };
  }

  /** Whether the id is this subscription's, and not one that it repeats. */
  isOf(subscription: number, client: number): boolean {
    return this.#held.get(client)?.speaker.subscription === subscription;
  }

  isShown(client: number): boolean {
    return this.#shown.has(client);
  }

  statesOf(subscription: number): readonly AwarenessEntry[] {
    const entries: AwarenessEntry[] = [];
    for (const client of this.#places.get(subscription)?.clients ?? []) {
      const { clock, state } = this.#held.get(client) as Held;
      if (state !== null) entries.push({ client, clock, state });
    }
    return entries;
  }

  leave(subscription: number): void {
    const place = this.#places.get(subscription);
    if (place === undefined) return;
    this.#places.delete(subscription);
    this.#order++;
    for (const client of place.clients) {
      const sentClock = this.#held.get(client)?.sentClock ?? -1;
      this.#vanish(client);
      this.#held.delete(client);
      this.#changed.delete(client);
      // No removal needed: this client was never announced.
      if (sentClock < 0) continue;
      this.#departed.set(client, { sentClock, order: this.#order });
      this.#changed.add(client);
    }
    for (const client of this.#departed.keys()) {
      if (this.#departed.size <= CURSORS.maxDepartedClients) break;
      this.#departed.delete(client);
    }
  }

  rename(user: User): void {
    for (const [subscription, place] of this.#places) {
      if (place.speaker.user.id !== user.id) continue;
      const speaker = { ...place.speaker, user };
      this.#places.set(subscription, { ...place, speaker });
      for (const client of place.clients) {
        (this.#held.get(client) as Held).speaker = speaker;
        if (this.#shown.has(client)) this.#changed.add(client);
      }
    }
  }

  takeChanges(): readonly AwarenessChange[] {
    const changes: AwarenessChange[] = [];
    for (const client of this.#changed) {
      const held = this.#held.get(client);
      if (held !== undefined) {
        // No removal needed: this client was never announced.
        if (held.sentClock < 0 && this.#hidden.has(client)) continue;
        held.sentClock = Math.max(held.sentClock + 1, held.clock);
        changes.push({ owner: held.speaker.subscription, entry: this.#entry(client, held) });
        continue;
      }
      const departed = this.#departed.get(client);
      if (departed === undefined) continue;
      const sentClock = departed.sentClock + 1;
      this.#departed.set(client, { ...departed, sentClock });
      changes.push({ owner: null, entry: { client, clock: sentClock, state: null } });
    }
    this.#changed.clear();
    return changes;
  }

  snapshot(): readonly AwarenessEntry[] {
    const entries: AwarenessEntry[] = [];
    for (const client of this.#shown) {
      const held = this.#held.get(client) as Held;
      // Unannounced ids come with the next changes.
      if (held.sentClock >= 0) entries.push(this.#entry(client, held));
    }
    return entries;
  }

  gone(): readonly AwarenessEntry[] {
    const entries: AwarenessEntry[] = [];
    for (const [client, { sentClock }] of this.#held) {
      if (sentClock >= 0 && !this.#shown.has(client))
        entries.push({ client, clock: sentClock, state: null });
    }
    for (const [client, { sentClock }] of this.#departed)
      entries.push({ client, clock: sentClock, state: null });
    return entries;
  }

  #take(client: number, { speaker }: Held): void {
    const place = this.#places.get(speaker.subscription);
    if (place !== undefined) place.clients = place.clients.filter((other) => other !== client);
  }

  #isPlaced(client: number): boolean {
    return this.#shown.has(client) || this.#hidden.has(client);
  }

  #move(client: number, nowMs: number): void {
    (this.#held.get(client) as Held).movedAtMs = nowMs;
    const isShown = this.#shown.delete(client) || this.#makeRoom(nowMs);
    this.#hidden.delete(client);
    (isShown ? this.#shown : this.#hidden).add(client);
  }

  #makeRoom(nowMs: number): boolean {
    if (this.#shown.size < CURSORS.maxShown) return true;
    const [quietest] = this.#shown;
    if (quietest === undefined) return true;
    const { movedAtMs } = this.#held.get(quietest) as Held;
    if (nowMs - movedAtMs < CURSORS.minShownMs) return false;
    this.#shown.delete(quietest);
    this.#hidden.add(quietest);
    this.#changed.add(quietest);
    return true;
  }

  #vanish(client: number): void {
    this.#hidden.delete(client);
    if (!this.#shown.delete(client) || this.#hidden.size === 0) return;
    let next: number | undefined;
    let latestMs = -Infinity;
    for (const hidden of this.#hidden) {
      const { movedAtMs } = this.#held.get(hidden) as Held;
      if (movedAtMs < latestMs) continue;
      latestMs = movedAtMs;
      next = hidden;
    }
    if (next === undefined) return;
    this.#hidden.delete(next);
    // It did not move now: the first to be replaced again.
    const others = [...this.#shown];
    this.#shown.clear();
    for (const shown of [next, ...others]) this.#shown.add(shown);
    this.#changed.add(next);
  }

  #mayAnnounce({ speaker, order, clients }: Place, client: number): boolean {
    const holder = this.#held.get(client)?.speaker;
    if (speaker.client !== null)
      return (
        speaker.client === client && (holder === undefined || holder.user.id === speaker.user.id)
      );
    if (clients.length >= MAX_AWARENESS_CLIENTS_PER_CONNECTION) return false;
    // A reconnect may precede the end of the old socket; it announces itself before it echoes
    // others.
    if (holder !== undefined)
      return clients.length === 0 && holder.user.id === speaker.user.id && holder.client === null;
    // Only subscribers from before the departure can echo a departed id.
    return (this.#departed.get(client)?.order ?? 0) < order;
  }

  #entry(client: number, { sentClock, state, speaker }: Held): AwarenessEntry {
    if (state === null || this.#hidden.has(client))
      return { client, clock: sentClock, state: null };
    if (this.#kind === 'data') return { client, clock: sentClock, state };
    const named = { ...(JSON.parse(state) as object), user: speaker.user };
    return { client, clock: sentClock, state: JSON.stringify(named) };
  }
}
