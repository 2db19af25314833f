/**
 * Channels of events. `subscribe` says which and, if the client was there before, up to where it has it.
 * `subscribed` gives the channel its number. Recovered: the events after the client's position follow, to
 * `offset`. Not recovered: `state` is the channel's whole state at `offset`. Never something between.
 */
import { z } from 'zod';
import { channelName, channelPosition, channelState, receivedEvent } from '../channels.ts';
import { errorBody } from '../errors.ts';
import { activityChanged } from '../topics/activity.ts';
import { dashboardChanged } from '../topics/dashboard.ts';
import { epoch, offset, requestedName } from './field.ts';

const ref = z.number().int().nonnegative();

export const eventChannelMessages = {
  subscribe: z.strictObject({
    ref,
    /** A `channelName`. Any other is refused like one that is not there. */
    name: requestedName,
    position: channelPosition.optional(),
  }),
  subscribed: z.object({
    ref,
    name: channelName,
    recovered: z.boolean(),
    epoch,
    /** The position after what this answer holds, or what follows it at once. */
    offset,
    /** Present exactly when it was not recovered. */
    state: channelState.optional(),
  }),
  unsubscribe: z.strictObject({}),
  /** Server: a `subscribe` was refused (`channel` 0, `ref` given), or a channel was lost. */
  unsubscribed: z.object({ ref: ref.optional(), error: errorBody }),
  /** Reliable channels: events `from + 1 … to`, one each. */
  events: z.object({ from: offset, to: offset, events: z.array(receivedEvent) }),
  /** Client: events after `from` are missing here. Answered by `events`, or by `subscribed` with a state. */
  recover: z.strictObject({ from: offset }),
  /** `latest` channels: the newest values, or null for a key that is gone. */
  'activity:changed': activityChanged,
  'dashboard:changed': dashboardChanged,
};
