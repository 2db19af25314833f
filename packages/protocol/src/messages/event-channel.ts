/**
 * Channels of events. `subscribe` names a channel and, on a return, the client's position.
 * `subscribed` gives the channel its number. Recovered: the events after the client's position
 * follow, up to `offset`. Not recovered: `state` is the full state at `offset`. There is no third
 * case.
 */
import * as z from 'zod/mini';
import { channelName, channelPosition, channelState, receivedEvent } from '../channels.ts';
import { errorBody } from '../errors.ts';
import { activityChanged } from '../topics/activity.ts';
import { dashboardChanged } from '../topics/dashboard.ts';
import { epoch, offset, requestedName } from './field.ts';

const ref = z.int().check(z.nonnegative());

export const eventChannelMessages = {
  subscribe: z.strictObject({
    ref,
    name: requestedName,
    position: z.optional(channelPosition),
  }),
  subscribed: z.object({
    ref,
    name: channelName,
    recovered: z.boolean(),
    epoch,
    /** The position after this answer and the events that follow at once. */
    offset,
    state: z.optional(channelState),
  }),
  unsubscribe: z.strictObject({}),
  unsubscribed: z.object({ ref: z.optional(ref), error: errorBody }),
  /** Reliable channels: events `from + 1 … to`, one per offset. */
  events: z.object({ from: offset, to: offset, events: z.array(receivedEvent) }),
  /**
   * Client: requests the events after `from`. Answered by `events`, or `subscribed` with a state.
   */
  recover: z.strictObject({ from: offset }),
  'activity:changed': activityChanged,
  'dashboard:changed': dashboardChanged,
};
