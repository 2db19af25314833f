/** Which commands have to wait for each other, and which make an earlier one unnecessary. */
import type { Command } from '@tandem/protocol';

/** A command as its author gave it. */
export type GivenCommand = Command & {
  /** When, in milliseconds since the epoch, by the author's clock. */
  readonly at: number;
};

/**
 * Whether `later` may only be said when `earlier` is answered. The server does commands in the order in which
 * they were said, but one that it refuses for now is said again, and others must not have passed it.
 * Messages of a chat do not wait for each other: a burst would take a round trip for each.
 */
export function waitsFor(later: Command, earlier: Command): boolean {
  if (documentOf(later) !== documentOf(earlier)) return false;
  if (earlier.name === 'document:create') return true;
  const message = messageOf(earlier);
  if (later.name === 'chat:send') return message !== null && later.input.replyTo === message;
  if (message !== null) return messageOf(later) === message;
  return isOrdered(later) && isOrdered(earlier);
}

/** Whether what `earlier` would do is gone once `later` is done. */
export function replaces(later: Command, earlier: Command): boolean {
  if (documentOf(later) !== documentOf(earlier)) return false;
  switch (later.name) {
    case 'document:rename':
    case 'link:change':
      return earlier.name === later.name;
    case 'member:change':
    case 'member:remove':
      return (
        (earlier.name === 'member:change' || earlier.name === 'member:remove') &&
        earlier.input.user === later.input.user
      );
    case 'profile:change':
      return (
        earlier.name === 'profile:change' &&
        (earlier.input.name === undefined || later.input.name !== undefined) &&
        (earlier.input.color === undefined || later.input.color !== undefined)
      );
    case 'chat:edit':
      return earlier.name === 'chat:edit' && earlier.input.message === later.input.message;
    case 'chat:react':
      return (
        earlier.name === 'chat:react' &&
        earlier.input.message === later.input.message &&
        earlier.input.emoji === later.input.emoji
      );
    case 'chat:see':
      return earlier.name === 'chat:see' && earlier.input.number <= later.input.number;
    case 'document:create':
    case 'document:unlist':
    case 'chat:send':
    case 'chat:delete':
      return false;
  }
}

/** False for what never takes the place of another, of which there can be very many. */
export function mayReplace({ name }: Command): boolean {
  return name !== 'chat:send' && name !== 'document:create';
}

/** The document that a command is about; null for one about the person. */
export function documentOf(command: Command): string | null {
  return command.name === 'profile:change' ? null : command.input.document;
}

/** The chat message that a command is about. */
function messageOf(command: Command): string | null {
  switch (command.name) {
    case 'chat:send':
      return command.id;
    case 'chat:edit':
    case 'chat:delete':
    case 'chat:react':
      return command.input.message;
    default:
      return null;
  }
}

/** A reading mark never moves back, so it does not matter when it comes. */
function isOrdered({ name }: Command): boolean {
  return name !== 'chat:see' && !name.startsWith('chat:');
}
