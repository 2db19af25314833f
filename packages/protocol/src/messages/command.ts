/**
 * Commands on their way. The server answers each by `done` or `refused`, in the order in which they came.
 * `done` says where the events that the command caused end, so that its author knows when to stop
 * showing what it expected. A client has at most `MAX_COMMANDS_IN_FLIGHT` without an answer.
 */
import { z } from 'zod';
import { channelName, channelPosition } from '../channels.ts';
import { command } from '../commands.ts';
import { errorBody } from '../errors.ts';
import { MAX_DONE_POSITIONS } from '../limits.ts';
import { ulid } from './field.ts';

export const commandMessages = {
  command,
  done: z.object({
    id: ulid,
    /** It had been done before; these are the positions of then. */
    repeated: z.boolean(),
    positions: z
      .array(z.object({ name: channelName, ...channelPosition.shape }))
      .max(MAX_DONE_POSITIONS),
  }),
  refused: z.object({ id: ulid, error: errorBody }),
};
