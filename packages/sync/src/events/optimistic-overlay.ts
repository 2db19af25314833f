/**
 * Predicted events over the server's state, which show a command's effect at once. A prediction
 * ends when the command's events have arrived, or the command is refused.
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
import { RETAINED } from './channel-replica.ts';
import type { IssuedCommand } from './command-queue.ts';
import type { EffectPosition } from './command-queue.ts';

export interface FollowedChannel {
  readonly position: ChannelPosition | null;
  readonly isSubscribed: boolean;
}

interface Expectation {
  readonly command: IssuedCommand;
  hasArrived: boolean;
  /** After `done`: the positions that channels have not reached yet. */
  awaited: Map<ChannelName, ChannelPosition> | null;
}

export class OptimisticOverlay {
  readonly #findUser: (id: string) => User | null;
  #expectations: Expectation[] = [];

  /** @param findUser finds people whom the person has met, independent of channel content */
  constructor(findUser: (id: string) => User | null = () => null) {
    this.#findUser = findUser;
  }

  expect(command: IssuedCommand): void {
    this.#expectations.push({ command, hasArrived: false, awaited: null });
  }

  expectEarlier(commands: readonly IssuedCommand[]): void {
    this.#expectations.unshift(
      ...commands.map((command) => ({ command, hasArrived: false, awaited: null })),
    );
  }

  forget(id: string): void {
    this.#expectations = this.#expectations.filter(({ command }) => command.id !== id);
  }

  /** @param follows channels of this page; others deliver effects when the page subscribes */
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

  arrived(name: ChannelName, events: readonly ReceivedEvent[]): void {
    const ids = new Set(events.map(({ command }) => command));
    for (const expectation of this.#expectations) {
      const { command } = expectation;
      if (ids.has(command.id) && channelOf(command) === name) expectation.hasArrived = true;
    }
  }

  moved(name: ChannelName, channel: FollowedChannel | null): void {
    for (const { awaited } of this.#expectations) {
      const position = awaited?.get(name);
      if (position !== undefined && (channel === null || hasReached(channel, position)))
        awaited?.delete(name);
    }
    this.#prune();
  }

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
      if (event !== null) result = reduceChannel(result, event, RETAINED);
    }
    return result;
  }

  #prune(): void {
    this.#expectations = this.#expectations.filter(({ awaited }) => awaited?.size !== 0);
  }
}

/** An epoch ends with a connection, so another epoch is older than this subscription. */
function hasReached(channel: FollowedChannel, { epoch, offset }: ChannelPosition): boolean {
  const { position, isSubscribed } = channel;
  if (position?.epoch === epoch) return position.offset >= offset;
  return isSubscribed;
}
