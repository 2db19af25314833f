/** What each protocol uses of the server. */
import type { Authenticator } from '../accounts/authenticator.ts';
import type { EventChannels } from '../channels/event-channels.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { FanOutLimiter } from '../commands/fan-out-limiter.ts';
import type { ConnectionPolicy } from '../connection/connection-policy.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';

export interface DocumentServices {
  readonly rooms: Rooms;
  readonly policy: ConnectionPolicy;
  readonly metrics: Metrics;
}

export interface YjsServices extends DocumentServices {
  readonly authenticator: Authenticator;
}

export interface NativeServices extends YjsServices {
  readonly runner: CommandRunner;
  readonly fanOut: FanOutLimiter;
  readonly eventChannels: EventChannels;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
}

export interface FeedServices {
  readonly authenticator: Authenticator;
  readonly policy: ConnectionPolicy;
  readonly eventChannels: EventChannels;
}
