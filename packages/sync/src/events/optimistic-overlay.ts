/**
 * What a person sees of their commands before the server's events have come: predicted events over the server's
 * state. A prediction ends when the events of its command are here, or when the command came to nothing.
 */
import {
  channelOf,
  predict,
  reduceChannel,
  type ReceivedEvent,
  type ChannelName,
  type ChannelPosition,
  type ChannelState,
  type User,
} from '@tandem/protocol';
import { KEEP } from './channel-replica.ts';
import type { IssuedCommand } from './command-queue.ts';
import type { EffectPosition } from './command-queue.ts';

/** What is said of a channel that is followed here. */
export interface FollowedChannel {
  readonly position: ChannelPosition | null;
  /** False while the server's present position in it is not known. */
  readonly isSubscribed: boolean;
}

interface Expectation {
  readonly command: IssuedCommand;
  /** The event that was predicted is here. */
  hasArrived: boolean;
  /** Once it is done: where the channels must be that are not there yet. */
  awaited: Map<ChannelName, ChannelPosition> | null;
}

export class OptimisticOverlay {
  readonly #findUser: (id: string) => User | null;
  #expectations: Expectation[] = [];

  /** @param findUser whom the person has found by name, whatever channels say */
  constructor(findUser: (id: string) => User | null = () => null) {
    this.#findUser = findUser;
  }

  expect(command: IssuedCommand): void {
    this.#expectations.push({ command, hasArrived: false, awaited: null });
  }

  /** As `expect`, for commands that were given before all others. */
  expectEarlier(commands: readonly IssuedCommand[]): void {
    this.#expectations.unshift(
      ...commands.map((command) => ({ command, hasArrived: false, awaited: null })),
    );
  }

  /** It came to nothing. */
  forget(id: string): void {
    this.#expectations = this.#expectations.filter(({ command }) => command.id !== id);
  }

  /** @param follows what is followed here; the effects on other channels are seen when they are subscribed to */
  done(
    id: string,
    positions: readonly EffectPosition[],
    follows: (name: ChannelName) => FollowedChannel | null,
  ): void {
    const expectation = this.#expectations.find(({ command }) => command.id === id);
    if (expectation === undefined) return;
    const awaited = new Map<ChannelName, ChannelPosition>();
    for (const { name, epoch, offset } of positions) {
      const channel = follows(name);
      if (channel !== null && !hasReached(channel, { epoch, offset }))
        awaited.set(name, { epoch, offset });
    }
    expectation.awaited = awaited;
    this.#prune();
  }

  /** A channel has these events now. */
  arrived(name: ChannelName, events: readonly ReceivedEvent[]): void {
    const ids = new Set(events.map(({ command }) => command));
    for (const expectation of this.#expectations) {
      const { command } = expectation;
      if (ids.has(command.id) && channelOf(command) === name) expectation.hasArrived = true;
    }
  }

  /** A channel is somewhere else now; null: it is not followed any more. */
  moved(name: ChannelName, channel: FollowedChannel | null): void {
    for (const { awaited } of this.#expectations) {
      const position = awaited?.get(name);
      if (position !== undefined && (channel === null || hasReached(channel, position)))
        awaited?.delete(name);
    }
    this.#prune();
  }

  /**
   * The state of a channel with everything in it that is expected.
   *
   * @param stateOf other channels' states
   */
  over(
    state: ChannelState,
    {
      name,
      user,
      stateOf,
    }: {
      readonly name: ChannelName;
      readonly user: User;
      readonly stateOf: (name: ChannelName) => ChannelState | null;
    },
  ): ChannelState {
    let result = state;
    const findUser = this.#findUser;
    const others = new Map<ChannelName, ChannelState | null>();
    const find = (other: ChannelName): ChannelState | null => {
      if (other === name) return result;
      if (!others.has(other)) others.set(other, stateOf(other));
      return others.get(other) ?? null;
    };
    for (const { command, hasArrived, awaited } of this.#expectations) {
      if (hasArrived || channelOf(command) !== name || awaited?.has(name) === false) continue;
      const event = predict(command, { user, at: command.at, stateOf: find, findUser });
      if (event !== null) result = reduceChannel(result, event, KEEP);
    }
    return result;
  }

  #prune(): void {
    this.#expectations = this.#expectations.filter(({ awaited }) => awaited?.size !== 0);
  }
}

/** An epoch ends with a connection, so a position of another one is older than what was heard on this one. */
function hasReached(channel: FollowedChannel, { epoch, offset }: ChannelPosition): boolean {
  const { position, isSubscribed } = channel;
  if (position?.epoch === epoch) return position.offset >= offset;
  return isSubscribed;
}
