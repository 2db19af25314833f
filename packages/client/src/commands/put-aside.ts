/** Commands that are not sent: this device ends them, and tells their author. */
import { COMMANDS, errorOf, type MessageOf } from '@tandem/protocol';
import type { CommandIntent, IssuedCommand } from '@tandem/sync';

/**
 * The server keeps results for 31 days (W25), and would execute most commands a second time after
 * that.
 */
const RESEND_FOR_MS = 30 * 24 * 3_600_000;

const TOO_OLD = errorOf('forbidden', {
  detail:
    'A change that was made here more than 30 days ago was never confirmed, so it was put aside. Make it again if it is missing.',
});

export const TOO_LARGE = errorOf('bad-message', {
  detail:
    'A change that was made here is too large to be sent, so it was put aside. Everything else is kept. Make it again in smaller parts.',
});

export function isTooOld({ name, at }: IssuedCommand, now: number): boolean {
  return now - at > RESEND_FOR_MS && !COMMANDS[name].isIdempotent;
}

/** Of one that is too old. */
export function putAside(command: IssuedCommand): CommandIntent {
  return { kind: 'refused', command, error: TOO_OLD };
}

/** What the server would answer, could it read the command. */
export function tooLarge({ id }: MessageOf<'command'>): MessageOf<'refused'> {
  return { type: 'refused', channel: 0, id, error: TOO_LARGE };
}
