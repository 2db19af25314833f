/**
 * What a command will cause, as far as whoever gives it can know. Predicted events go through the same
 * reducers as real ones, on top of the server's state, until the real ones have come.
 */
import type { ChannelName } from '../channels.ts';
import type { Command } from '../commands/commands.ts';
import type { ChannelEvent } from '../events/events.ts';
import type { User } from '../messages/field.ts';
import type { ChannelState } from './channel-state.ts';
import type { LibraryState } from './library.ts';

export interface PredictionContext {
  /** Who gives the command. */
  readonly user: User;
  /** When it was given, in milliseconds since the epoch. */
  readonly at: number;
  /** A channel's state with the commands before this one in it; null where it is not known. */
  readonly stateOf: (name: ChannelName) => ChannelState | null;
  /** Somebody who was found by name; null where nobody here has heard of them. */
  readonly findUser?: ((id: string) => User | null) | undefined;
}

/** The channel on which whoever gives a command sees what comes of it. */
export function channelOf(command: Command): ChannelName {
  switch (command.name) {
    case 'document:create':
    case 'document:rename':
    case 'document:unlist':
    case 'profile:change':
    case 'chat:see':
      return 'library';
    case 'link:change':
    case 'member:change':
    case 'member:remove':
      return `sharing:${command.input.document}`;
    case 'chat:send':
    case 'chat:edit':
    case 'chat:delete':
    case 'chat:react':
      return `chat:${command.input.document}`;
  }
}

/** An event on `channelOf(command)`; null where nothing will happen, or what happens cannot be known here. */
export function predict(command: Command, context: PredictionContext): ChannelEvent | null {
  const { user, at, stateOf, findUser } = context;
  const common = { at, command: command.id };
  const library = (): LibraryState | null => {
    const state = stateOf('library');
    return state?.type === 'library' ? state : null;
  };

  switch (command.name) {
    case 'document:create': {
      const { document: id, title = '' } = command.input;
      if (library()?.documents.some((listed) => listed.id === id) === true) return null;
      const document = {
        id,
        kind: 'page',
        title,
        role: 'owner',
        excerpt: '',
        createdAt: at,
        updatedAt: at,
        chatRead: 0,
      } as const;
      return { ...common, name: 'document:listed', document };
    }
    case 'document:rename': {
      const { document, title } = command.input;
      return { ...common, name: 'document:renamed', document, title };
    }
    case 'document:unlist':
      return { ...common, name: 'document:unlisted', document: command.input.document };
    case 'link:change':
      return { ...common, name: 'link:changed', link: command.input.link };
    case 'member:change': {
      const sharing = stateOf(channelOf(command));
      if (sharing?.type !== 'sharing') return null;
      const known = sharing.members.find((member) => member.user.id === command.input.user);
      const target = known?.user ?? findUser?.(command.input.user);
      // What a person we have not met is called, the server says.
      if (target == null) return null;
      const member = { user: target, role: command.input.role, isOwn: true };
      return { ...common, name: 'member:changed', member };
    }
    case 'member:remove':
      return { ...common, name: 'member:removed', user: command.input.user };
    case 'profile:change': {
      const before = library()?.user ?? user;
      const { name = before.name, color = before.color } = command.input;
      return { ...common, name: 'profile:changed', user: { ...before, name, color } };
    }
    case 'chat:send': {
      const { text, mentions, replyTo } = command.input;
      const message = {
        id: command.id,
        number: null,
        author: library()?.user ?? user,
        text,
        mentions,
        replyTo,
        reactions: [],
        at,
        editedAt: null,
        deletedAt: null,
      };
      return { ...common, name: 'chat:sent', message };
    }
    case 'chat:edit': {
      const { message, text, mentions } = command.input;
      return { ...common, name: 'chat:edited', message, text, mentions };
    }
    case 'chat:delete':
      return { ...common, name: 'chat:deleted', message: command.input.message };
    case 'chat:react': {
      const { message, emoji, on } = command.input;
      return { ...common, name: 'chat:reacted', message, user: library()?.user ?? user, emoji, on };
    }
    case 'chat:see': {
      const { document, number } = command.input;
      return { ...common, name: 'chat:seen', document, chatRead: number };
    }
  }
}
