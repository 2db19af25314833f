/** What a person did beside text and the server has not confirmed. */
import type { Commands, PendingCommand } from '@tandem/client';

/** How long a device may take to keep a command before it counts as one that it does not keep. */
const KEEPING_MS = 1_000;

/** Of one document. Nobody is told of reading marks. */
export function pendingIn(
  { pending }: Pick<Commands, 'pending'>,
  document: string,
): readonly PendingCommand[] {
  return pending.filter(
    ({ name, input }) => name !== 'chat:see' && 'document' in input && input.document === document,
  );
}

/** Whether this device keeps it, or is about to: that takes a blink, which is no reason to alarm anyone. */
export function isHeld(
  { kept, at }: { readonly kept: boolean; readonly at: number },
  now: number,
): boolean {
  return kept || now - at < KEEPING_MS;
}

/** When `isHeld` has to be asked again, in milliseconds from `now`; `null` when it does not. */
export function heldFor(commands: readonly PendingCommand[], now: number): number | null {
  const young = commands.filter((command) => !command.kept && isHeld(command, now));
  return young.length === 0 ? null : Math.min(...young.map(({ at }) => at + KEEPING_MS - now));
}
