/** What dialogues need of the house. */
import type { ErrorBody, User } from '@tandem/protocol';
import type { EventChannels } from '../channels/event-channels.ts';
import type { CommandRunner } from '../commands/runner.ts';
import type { Engine } from '../engine/port.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { People } from '../accounts/people.ts';
import type { TokenSigner } from '../accounts/session-token.ts';
import type { Connection } from '../connection/connection.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';

export interface ProtocolServices {
  readonly rooms: Rooms;
  readonly runner: CommandRunner;
  readonly eventChannels: EventChannels;
  readonly people: People;
  readonly tokens: TokenSigner;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly isFull: Engine['isFull'];
  /** Stops reading from a connection until the engine has caught up. */
  readonly pause: (connection: Connection) => void;
  /** Counts the connection as this user's; an error when the user has too many. */
  readonly authenticate: (connection: Connection, user: User) => ErrorBody | null;
  /** An update from this connection was refused: counts it, and closes the connection if that was one too many. */
  readonly refused: (connection: Connection, error: ErrorBody) => void;
  /**
   * The connection says a new token of its user: answers by `authenticated`, or closes the connection when it
   * is not valid or another user's.
   */
  readonly reauthenticate: (connection: Connection, token: string) => Promise<void>;
}
