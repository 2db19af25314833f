/**
 * Command messages. The server answers each by `done` or `refused`, in the order received. `done`
 * contains the end positions of the command's events, so the author knows when to drop its
 * prediction. A client has at most `MAX_COMMANDS_IN_FLIGHT` unanswered commands.
 */
import * as z from 'zod/mini';
import { channelName, channelPosition } from '../channels.ts';
import { command } from '../commands.ts';
import { errorBody } from '../errors.ts';
import { MAX_DONE_POSITIONS } from '../limits.ts';
import { ulid } from './field.ts';

export const commandMessages = {
  command,
  done: z.object({
    id: ulid,
    /** The command was executed earlier; `positions` are those of that execution. */
    repeated: z.boolean(),
    positions: z
      .array(z.object({ name: channelName, ...channelPosition.shape }))
      .check(z.maxLength(MAX_DONE_POSITIONS)),
  }),
  refused: z.object({ id: ulid, error: errorBody }),
};
