/** Messages as list rows: where a day, a group of one author, and the unread messages begin. */
import type { ThreadMessage } from '@tandem/protocol';

const GROUP_WINDOW_MS = 5 * 60_000;

export interface MessageRow {
  readonly message: ThreadMessage;
  /** The midnight of the day that begins with this message, on this device's clock. */
  readonly day: number | null;
  readonly isFirstNew: boolean;
  readonly isNamed: boolean;
}

export interface RowOptions {
  readonly readUpTo: number | null;
  readonly me: string | null;
}

export function messageRows(
  messages: readonly ThreadMessage[],
  { readUpTo, me }: RowOptions,
): readonly MessageRow[] {
  let isNewShown = readUpTo === null;
  let before: ThreadMessage | null = null;
  let day = { from: 0, to: 0 };
  return messages.map((message) => {
    const isSameDay = message.at >= day.from && message.at < day.to;
    if (!isSameDay) day = dayOf(message.at);
    const isFirstNew =
      !isNewShown &&
      message.number !== null &&
      message.number > (readUpTo ?? 0) &&
      message.deletedAt === null &&
      message.imported === null &&
      message.author.id !== me;
    isNewShown ||= isFirstNew;
    const isNamed: boolean =
      !isSameDay || isFirstNew || before === null || !continuesGroup(before, message);
    before = message;
    return { message, day: isSameDay ? null : day.from, isFirstNew, isNamed };
  });
}

/** A reply starts a new group, because its quote stands above it. */
function continuesGroup(before: ThreadMessage, message: ThreadMessage): boolean {
  return (
    before.author.id === message.author.id &&
    before.imported?.author.name === message.imported?.author.name &&
    before.imported?.author.color === message.imported?.author.color &&
    message.replyTo === null &&
    message.at - before.at < GROUP_WINDOW_MS
  );
}

function dayOf(at: number): { readonly from: number; readonly to: number } {
  const date = new Date(at);
  const midnight = (days: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
  return { from: midnight(0), to: midnight(1) };
}
