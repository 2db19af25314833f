/** Messages as rows of a list: where a day begins, where somebody begins to speak, and where what is new begins. */
import type { ChatMessage } from '@tandem/protocol';

/** A person who goes on within this time is not named again. */
const SAME_BREATH_MS = 5 * 60_000;

export interface MessageRow {
  readonly message: ChatMessage;
  /** Of the first message of a day: its midnight, on this device's clock. */
  readonly day: number | null;
  /** The first message that the reader has not seen. */
  readonly isFirstNew: boolean;
  /** The author is named above it. */
  readonly isNamed: boolean;
}

export interface RowOptions {
  /** What follows the message of this number is new; null: nothing is. */
  readonly readUpTo: number | null;
  /** One's own messages are not new. */
  readonly me: string | null;
}

export function messageRows(
  messages: readonly ChatMessage[],
  { readUpTo, me }: RowOptions,
): readonly MessageRow[] {
  let isNewShown = readUpTo === null;
  let before: ChatMessage | null = null;
  let day = { from: 0, to: 0 };
  return messages.map((message) => {
    const isSameDay = message.at >= day.from && message.at < day.to;
    if (!isSameDay) day = dayOf(message.at);
    const isFirstNew =
      !isNewShown &&
      message.number !== null &&
      message.number > (readUpTo ?? 0) &&
      message.deletedAt === null &&
      message.author.id !== me;
    isNewShown ||= isFirstNew;
    const isNamed: boolean =
      !isSameDay || isFirstNew || before === null || !goesOn(before, message);
    before = message;
    return { message, day: isSameDay ? null : day.from, isFirstNew, isNamed };
  });
}

/** A reply begins a group of its own: the message that it answers stands above it. */
function goesOn(before: ChatMessage, message: ChatMessage): boolean {
  return (
    before.author.id === message.author.id &&
    message.replyTo === null &&
    message.at - before.at < SAME_BREATH_MS
  );
}

function dayOf(at: number): { readonly from: number; readonly to: number } {
  const date = new Date(at);
  const midnight = (days: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
  return { from: midnight(0), to: midnight(1) };
}
