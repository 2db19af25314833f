/**
 * A server's disk: results of commands, channels with their newest events, and the resulting
 * states. It remembers all past states, to compare them with those of devices.
 */
import {
  errorOf,
  MAX_CHAT_PAGE,
  reduceChannel,
  whenImported,
  type ChannelEvent,
  type ChannelName,
  type ChannelState,
  type Command,
  type ErrorBody,
  type ThreadMessage,
  type User,
} from '@tandem/protocol';
import type { EffectPosition } from '../command-queue.ts';

/** Few enough that some returning clients cannot recover by events. */
const MAX_KEPT_EVENTS = 12;

export interface ChannelModel {
  epoch: string;
  head: number;
  state: ChannelState;
  events: ChannelEvent[];
}

export interface Committed {
  readonly key: string;
  readonly to: number;
  readonly event: ChannelEvent;
}

export type Result =
  | { readonly kind: 'done'; readonly positions: readonly EffectPosition[] }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

type Publication = readonly [user: string | null, name: ChannelName, event: ChannelEvent];

export const SHARED_DOCUMENT = 'a-document-for-everyone';

export class LedgerModel {
  readonly users: ReadonlyMap<string, User>;
  readonly results = new Map<string, Result>();
  readonly effects: string[] = [];
  readonly channels = new Map<string, ChannelModel>();
  readonly #documents = new Set([SHARED_DOCUMENT]);
  readonly #history = new Map<string, ChannelState>();
  #epochs = 0;

  constructor(names: readonly string[]) {
    this.users = new Map(names.map((id, color) => [id, { id, name: id, color }]));
    for (const user of this.users.values()) {
      const documents = [listed(SHARED_DOCUMENT, 'Shared', 0)];
      this.#make(`library/${user.id}`, { type: 'library', user, documents, next: null });
      this.#make(`inbox/${user.id}`, { type: 'inbox', notifications: [] });
    }
    this.#makeDocument(SHARED_DOCUMENT, 'nobody');
  }

  channel(key: string): ChannelModel | undefined {
    return this.channels.get(key);
  }

  stateAt(key: string, epoch: string, offset: number): ChannelState | undefined {
    return this.#history.get(`${key} ${epoch} ${offset}`);
  }

  execute(user: string, command: Command, at: number): Result & { committed: Committed[] } {
    const id = `${user} ${command.id}`;
    const known = this.results.get(id);
    if (known !== undefined) return { ...known, committed: [] };
    const outcome = this.#perform(user, command, at);
    const committed: Committed[] = [];
    if ('code' in outcome) {
      this.results.set(id, { kind: 'refused', error: outcome });
      return { kind: 'refused', error: outcome, committed };
    }
    const positions: EffectPosition[] = [];
    for (const [owner, name, event] of outcome) {
      const key = keyOf(name, owner ?? user);
      const to = this.#append(key, { ...event, command: command.id });
      committed.push({ key, to, event: { ...event, command: command.id } });
      if (owner === null || owner === user)
        positions.push({ name, epoch: this.channels.get(key)!.epoch, offset: to });
    }
    this.effects.push(id);
    this.results.set(id, { kind: 'done', positions });
    return { kind: 'done', positions, committed };
  }

  renewEpochs(): void {
    for (const [key, { state }] of this.channels) this.#make(key, state);
  }

  #perform(user: string, command: Command, at: number): readonly Publication[] | ErrorBody {
    const me = this.#library(user);
    if (command.name === 'profile:change') {
      const { name = me.user.name, color = me.user.color } = command.input;
      const changed = { ...me.user, name, color };
      return [[null, 'library', { name: 'profile:changed', at, user: changed }]];
    }
    if (command.name === 'notification:see' || command.name === 'notification:see-all') {
      const { notifications } = this.#inbox(user);
      const { input } = command;
      const isMeant = (id: string) =>
        'until' in input ? id <= input.until : input.notifications.includes(id);
      const seen = notifications.filter(({ id, isRead }) => !isRead && isMeant(id));
      if (seen.length === 0) return [];
      const ids = seen.map(({ id }) => id);
      return [[null, 'inbox', { name: 'notification:seen', at, notifications: ids }]];
    }
    const { document } = command.input;
    if (command.name === 'document:create') {
      if (this.#documents.has(document)) return [];
      this.#makeDocument(document, user);
      const { title = '', parent = null, position = `a${at % 10}` } = command.input;
      const made = { ...listed(document, title, at), parent, position };
      return [[null, 'library', { name: 'document:listed', at, document: made }]];
    }
    if (!this.#documents.has(document)) return errorOf('not-found');
    const chat = `chat:${document}` as const;
    const comments = `comments:${document}` as const;
    const sharing = `sharing:${document}` as const;
    switch (command.name) {
      case 'document:rename': {
        const { title } = command.input;
        if (title.startsWith('bad')) return errorOf('forbidden', { detail: 'Not this title.' });
        return [...this.users.keys()]
          .filter((other) => this.#library(other).documents.some(({ id }) => id === document))
          .map((other) => [other, 'library', { name: 'document:renamed', at, document, title }]);
      }
      case 'document:move': {
        const { parent, position = 'a0' } = command.input;
        if (this.#isInside(user, parent, document)) return errorOf('forbidden');
        return [[null, 'library', { name: 'document:moved', at, document, parent, position }]];
      }
      case 'document:favourite': {
        const { isFavourite } = command.input;
        if (!me.documents.some(({ id }) => id === document)) return errorOf('not-found');
        return [[null, 'library', { name: 'document:favourited', at, document, isFavourite }]];
      }
      case 'document:follow': {
        const { follows } = command.input;
        if (!me.documents.some(({ id }) => id === document)) return errorOf('not-found');
        return [[null, 'library', { name: 'document:followed', at, document, follows }]];
      }
      case 'document:template': {
        const { isTemplate } = command.input;
        if (!me.documents.some(({ id }) => id === document)) return errorOf('not-found');
        return [[null, 'library', { name: 'document:templated', at, document, isTemplate }]];
      }
      // Nobody of the ledger may share.
      case 'access:request':
        return [];
      case 'document:unlist':
        if (!me.documents.some(({ id }) => id === document)) return [];
        return [[null, 'library', { name: 'document:unlisted', at, document }]];
      case 'link:change': {
        const link = command.input.link ?? 'off';
        return [[null, sharing, { name: 'link:changed', at, link, expiresAt: null }]];
      }
      case 'document:trash':
      case 'document:restore':
      case 'document:purge':
      case 'document:publish':
      case 'publication:change':
      case 'document:unpublish':
      case 'document:restrict':
      case 'member:change':
      case 'member:remove':
      case 'access:answer':
      case 'version:name':
      case 'version:rename':
      case 'version:delete':
        return errorOf('forbidden');
      case 'chat:send': {
        const { text, mentions, replyTo, imported } = command.input;
        const message = {
          ...sent({ id: command.id, author: me.user, at, text, mentions }),
          number: this.#chat(document).head + 1,
          replyTo,
          ...(imported !== undefined && whenImported(imported, at)),
        };
        return [
          [null, chat, { name: 'chat:sent', at, message }],
          ...mentions
            .filter((mention) => mention.user !== user)
            .map((mention) => this.#notify(mention.user, { document, message })),
        ];
      }
      case 'chat:edit':
      case 'chat:delete':
      case 'chat:react': {
        const { message: id } = command.input;
        const known = this.#chat(document).messages.find((message) => message.id === id);
        if (known === undefined || known.deletedAt !== null) return errorOf('not-found');
        if (command.name === 'chat:react') {
          const { emoji, on } = command.input;
          return [
            [null, chat, { name: 'chat:reacted', at, message: id, user: me.user, emoji, on }],
          ];
        }
        if (known.author.id !== user) return errorOf('forbidden');
        if (command.name === 'chat:delete')
          return [[null, chat, { name: 'chat:deleted', at, message: id }]];
        if (known.imported !== null) return errorOf('forbidden');
        const { text, mentions } = command.input;
        return [[null, chat, { name: 'chat:edited', at, message: id, text, mentions }]];
      }
      case 'chat:see': {
        const chatRead = command.input.number;
        const before = me.documents.find(({ id }) => id === document)?.chatRead ?? Infinity;
        if (chatRead <= before) return [];
        return [[null, 'library', { name: 'chat:seen', at, document, chatRead }]];
      }
      case 'comment:start':
      case 'comment:reply': {
        const { threads, head } = this.#comments(document);
        const { text, mentions, imported } = command.input;
        const message = {
          ...sent({ id: command.id, author: me.user, at, text, mentions }),
          number: head + 1,
          ...(imported !== undefined && whenImported(imported, at)),
        };
        if (command.name === 'comment:start') {
          const { anchor } = command.input;
          const thread = { id: command.id, anchor, resolved: null, messages: [message] };
          return [[null, comments, { name: 'comment:started', at, thread }]];
        }
        const { thread } = command.input;
        if (!threads.some(({ id }) => id === thread)) return errorOf('not-found');
        return [[null, comments, { name: 'comment:replied', at, thread, message }]];
      }
      case 'comment:edit':
      case 'comment:delete':
      case 'comment:react': {
        const { message } = command.input;
        const found = this.#comments(document).threads.flatMap(({ id: thread, messages }) =>
          messages.filter(({ id }) => id === message).map((known) => ({ thread, known })),
        )[0];
        if (found === undefined || found.known.deletedAt !== null) return errorOf('not-found');
        const { thread, known } = found;
        const about = { at, thread, message };
        if (command.name === 'comment:react') {
          const { emoji, on } = command.input;
          return [
            [null, comments, { name: 'comment:reacted', ...about, user: me.user, emoji, on }],
          ];
        }
        if (known.author.id !== user) return errorOf('forbidden');
        if (command.name === 'comment:delete')
          return [[null, comments, { name: 'comment:deleted', ...about }]];
        if (known.imported !== null) return errorOf('forbidden');
        const { text, mentions } = command.input;
        return [[null, comments, { name: 'comment:edited', ...about, text, mentions }]];
      }
      case 'comment:resolve':
      case 'comment:reanchor': {
        const { thread } = command.input;
        if (!this.#comments(document).threads.some(({ id }) => id === thread))
          return errorOf('not-found');
        if (command.name === 'comment:reanchor') {
          const { anchor } = command.input;
          return [[null, comments, { name: 'comment:reanchored', at, thread, anchor }]];
        }
        const { on, imported = null } = command.input;
        const resolved = { name: 'comment:resolved', at, thread, user: me.user, on } as const;
        return [[null, comments, { ...resolved, imported }]];
      }
      case 'comments:see': {
        const commentsRead = command.input.number;
        const listing = me.documents.find(({ id }) => id === document);
        if (listing === undefined || commentsRead <= (listing.commentsRead ?? 0)) return [];
        return [[null, 'library', { name: 'comments:seen', at, document, commentsRead }]];
      }
    }
  }

  #notify(
    user: string,
    { document, message }: { readonly document: string; readonly message: ThreadMessage },
  ): Publication {
    const { id, at, author: by, text: excerpt } = message;
    const source = { channel: 'chat', message: id } as const;
    const about = { id, kind: 'mention', document, title: '', by, source, excerpt } as const;
    const notifications = [{ ...about, at, isRead: false }];
    return [user, 'inbox', { name: 'notification:listed', at, notifications }];
  }

  #isInside(user: string, document: string | null, ancestor: string): boolean {
    const parents = new Map(this.#library(user).documents.map(({ id, parent }) => [id, parent]));
    for (let at = document; at !== null; at = parents.get(at) ?? null)
      if (at === ancestor) return true;
    return false;
  }

  #append(key: string, event: ChannelEvent): number {
    const channel = this.channels.get(key)!;
    channel.state = reduceChannel(channel.state, event, { chatMessages: MAX_CHAT_PAGE });
    channel.head++;
    channel.events = [...channel.events, event].slice(-MAX_KEPT_EVENTS);
    this.#remember(key, channel);
    return channel.head;
  }

  #makeDocument(document: string, owner: string): void {
    this.#documents.add(document);
    this.#make(`chat:${document}`, { type: 'chat', messages: [], head: 0 });
    this.#make(`comments:${document}`, { type: 'comments', threads: [], head: 0 });
    this.#make(`sharing:${document}`, {
      type: 'sharing',
      expiresAt: null,
      hasPassword: false,
      publication: null,
      owner,
      link: 'off',
      isLinkInherited: false,
      around: null,
      members: [],
    });
  }

  #make(key: string, state: ChannelState): void {
    const channel = { epoch: `e${++this.#epochs}`, head: 0, state, events: [] };
    this.channels.set(key, channel);
    this.#remember(key, channel);
  }

  #remember(key: string, { epoch, head, state }: ChannelModel): void {
    this.#history.set(`${key} ${epoch} ${head}`, state);
  }

  #library(user: string): Extract<ChannelState, { type: 'library' }> {
    return this.channels.get(`library/${user}`)!.state as never;
  }

  #inbox(user: string): Extract<ChannelState, { type: 'inbox' }> {
    return this.channels.get(`inbox/${user}`)!.state as never;
  }

  #comments(document: string): Extract<ChannelState, { type: 'comments' }> {
    return this.channels.get(`comments:${document}`)!.state as never;
  }

  #chat(document: string): Extract<ChannelState, { type: 'chat' }> {
    return this.channels.get(`chat:${document}`)!.state as never;
  }
}

function sent(
  message: Pick<ThreadMessage, 'id' | 'author' | 'at' | 'text' | 'mentions'>,
): ThreadMessage {
  const none = { replyTo: null, reactions: [], editedAt: null, deletedAt: null, imported: null };
  return { ...message, ...none, number: null };
}

export function keyOf(name: ChannelName, user: string): string {
  return name === 'library' || name === 'inbox' ? `${name}/${user}` : name;
}

function listed(id: string, title: string, at: number) {
  const times = { createdAt: at, updatedAt: at, chatRead: 0, excerpt: '' };
  return {
    id,
    kind: 'page',
    title,
    role: 'editor',
    parent: null,
    position: 'a0',
    ...times,
  } as const;
}
