/** Messages as they are read: by day, and what one person says in a row under one name. */
import type { ChatMessage } from '@tandem/protocol';

/** Whoever goes on within this time is not named again. */
const SAME_BREATH_MS = 5 * 60_000;

export interface MessageGroup {
  readonly author: ChatMessage['author'];
  readonly messages: readonly ChatMessage[];
}

export interface ChatDay {
  /** Midnight of the day, on this device's clock. */
  readonly day: number;
  readonly groups: readonly MessageGroup[];
}

export function byDay(messages: readonly ChatMessage[]): readonly ChatDay[] {
  const days: {
    day: number;
    groups: { author: ChatMessage['author']; messages: ChatMessage[] }[];
  }[] = [];
  let last: ChatMessage | null = null;
  for (const message of messages) {
    const day = midnight(message.at);
    let today = days.at(-1);
    if (today?.day !== day) {
      today = { day, groups: [] };
      days.push(today);
      last = null;
    }
    const group = today.groups.at(-1);
    if (group !== undefined && last !== null && goesOn(last, message)) group.messages.push(message);
    else today.groups.push({ author: message.author, messages: [message] });
    last = message;
  }
  return days;
}

/** A reply begins anew: what it answers stands above it. */
function goesOn(before: ChatMessage, message: ChatMessage): boolean {
  return (
    before.author.id === message.author.id &&
    message.replyTo === null &&
    message.at - before.at < SAME_BREATH_MS
  );
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
