/** Commands with a given text in each of their fields. */
import type { CommandName, CommentAnchor } from '@tandem/protocol';
import { newDocument } from './event-client.ts';

export interface Place {
  readonly document: string;
  readonly own: string;
  readonly message: string;
  readonly comment: string;
  /** A thread in the own document. */
  readonly imported: string;
}

export const ANCHOR: CommentAnchor = {
  start: { client: 1, clock: 0 },
  end: { client: 1, clock: 2 },
  block: 'b1',
  quote: 'low',
  prefix: '',
  suffix: '',
  length: 3,
  unique: 'quote',
};

export const importedBy = (name: string) => ({
  author: { name, color: 1 },
  ...{ at: 1, editedAt: null, reactions: [] },
});

type CommandField = (
  text: string,
  place: Place,
) => { readonly name: string; readonly input: object };

/** Every text of every command: a command that is missing here does not compile. */
const TEXTS_OF_COMMANDS: Readonly<Record<CommandName, Readonly<Record<string, CommandField>>>> = {
  'document:create': {
    document: (document) => ({ name: 'document:create', input: { document } }),
    title: (title) => ({
      name: 'document:create',
      input: { document: newDocument(), title },
    }),
    parent: (parent) => ({
      name: 'document:create',
      input: { document: newDocument(), parent },
    }),
    position: (position) => ({
      name: 'document:create',
      input: { document: newDocument(), position },
    }),
  },
  'document:rename': {
    document: (document) => ({
      name: 'document:rename',
      input: { document, title: 'T' },
    }),
    title: (title, { own }) => ({
      name: 'document:rename',
      input: { document: own, title },
    }),
  },
  'document:move': {
    document: (document, { own }) => ({
      name: 'document:move',
      input: { document, parent: own, position: 'a0' },
    }),
    parent: (parent, { own }) => ({
      name: 'document:move',
      input: { document: own, parent, position: 'a0' },
    }),
    position: (position, { own }) => ({
      name: 'document:move',
      input: { document: own, parent: null, position },
    }),
  },
  'document:favourite': {
    document: (document) => ({
      name: 'document:favourite',
      input: { document, isFavourite: true },
    }),
  },
  'document:follow': {
    document: (document) => ({ name: 'document:follow', input: { document, follows: 'all' } }),
    follows: (follows, { own }) => ({ name: 'document:follow', input: { document: own, follows } }),
  },
  'document:template': {
    document: (document) => ({ name: 'document:template', input: { document, isTemplate: true } }),
  },
  'notification:see': {
    notifications: (id) => ({ name: 'notification:see', input: { notifications: [id] } }),
  },
  'notification:see-all': {
    until: (until) => ({ name: 'notification:see-all', input: { until } }),
  },
  'document:unlist': {
    document: (document) => ({ name: 'document:unlist', input: { document } }),
  },
  'document:trash': {
    document: (document) => ({ name: 'document:trash', input: { document } }),
  },
  'document:restore': {
    document: (document) => ({ name: 'document:restore', input: { document } }),
  },
  'document:purge': {
    document: (document) => ({ name: 'document:purge', input: { document } }),
  },
  'link:change': {
    link: (link, { own }) => ({ name: 'link:change', input: { document: own, link } }),
  },
  'document:publish': {
    document: (document) => ({ name: 'document:publish', input: { document } }),
  },
  'publication:change': {
    document: (document) => ({ name: 'publication:change', input: { document, isIndexed: true } }),
  },
  'document:unpublish': {
    document: (document) => ({ name: 'document:unpublish', input: { document } }),
  },
  'document:restrict': {
    document: (document) => ({
      name: 'document:restrict',
      input: { document, isRestricted: true },
    }),
  },
  'member:change': {
    user: (user, { own }) => ({
      name: 'member:change',
      input: { document: own, user, role: 'viewer' },
    }),
    role: (role, { own }) => ({
      name: 'member:change',
      input: { document: own, user: 'ada', role },
    }),
  },
  'member:remove': {
    user: (user, { own }) => ({
      name: 'member:remove',
      input: { document: own, user },
    }),
  },
  'access:request': {
    document: (document) => ({ name: 'access:request', input: { document, message: '' } }),
    message: (message) => ({
      name: 'access:request',
      input: { document: newDocument(), message },
    }),
  },
  'access:answer': {
    user: (user, { own }) => ({
      name: 'access:answer',
      input: { document: own, user, role: null },
    }),
    role: (role, { own }) => ({
      name: 'access:answer',
      input: { document: own, user: 'ada', role },
    }),
  },
  'version:name': {
    title: (title, { own }) => ({
      name: 'version:name',
      input: { document: own, offset: 0, title },
    }),
    document: (document) => ({
      name: 'version:name',
      input: { document, offset: 0, title: 'T' },
    }),
  },
  'version:rename': {
    title: (title, { own, message }) => ({
      name: 'version:rename',
      input: { document: own, version: message, title },
    }),
    version: (version, { own }) => ({
      name: 'version:rename',
      input: { document: own, version, title: 'T' },
    }),
  },
  'version:delete': {
    version: (version, { own }) => ({
      name: 'version:delete',
      input: { document: own, version },
    }),
  },
  'profile:change': {
    name: (name) => ({ name: 'profile:change', input: { name } }),
  },
  'chat:send': {
    text: (text, { document }) => ({
      name: 'chat:send',
      input: { document, text, mentions: [], replyTo: null },
    }),
    'mentions.user': (user, { document }) => ({
      name: 'chat:send',
      input: { document, text: '@x', mentions: [{ user, offset: 0, length: 2 }], replyTo: null },
    }),
    replyTo: (replyTo, { document }) => ({
      name: 'chat:send',
      input: { document, text: 'x', mentions: [], replyTo },
    }),
    'imported.author.name': (name, { own: document }) => ({
      name: 'chat:send',
      input: { document, text: 'x', mentions: [], replyTo: null, imported: importedBy(name) },
    }),
  },
  'chat:edit': {
    text: (text, { document, message }) => ({
      name: 'chat:edit',
      input: { document, message, text, mentions: [] },
    }),
    message: (message, { document }) => ({
      name: 'chat:edit',
      input: { document, message, text: 'x', mentions: [] },
    }),
  },
  'chat:delete': {
    message: (message, { document }) => ({
      name: 'chat:delete',
      input: { document, message },
    }),
  },
  'chat:react': {
    emoji: (emoji, { document, message }) => ({
      name: 'chat:react',
      input: { document, message, emoji, on: true },
    }),
  },
  'chat:see': {
    document: (document) => ({ name: 'chat:see', input: { document, number: 1 } }),
  },
  'comment:start': {
    text: (text, { document }) => ({
      name: 'comment:start',
      input: { document, anchor: ANCHOR, text, mentions: [] },
    }),
    'anchor.block': (block, { document }) => ({
      name: 'comment:start',
      input: { document, anchor: { ...ANCHOR, block }, text: 'x', mentions: [] },
    }),
    'anchor.quote': (quote, { document }) => ({
      name: 'comment:start',
      input: { document, anchor: { ...ANCHOR, quote }, text: 'x', mentions: [] },
    }),
    'anchor.prefix': (prefix, { document }) => ({
      name: 'comment:start',
      input: { document, anchor: { ...ANCHOR, prefix }, text: 'x', mentions: [] },
    }),
    'imported.author.name': (name, { own: document }) => ({
      name: 'comment:start',
      input: { document, anchor: ANCHOR, text: 'x', mentions: [], imported: importedBy(name) },
    }),
  },
  'comment:reply': {
    text: (text, { document, comment: thread }) => ({
      name: 'comment:reply',
      input: { document, thread, text, mentions: [] },
    }),
    thread: (thread, { document }) => ({
      name: 'comment:reply',
      input: { document, thread, text: 'x', mentions: [] },
    }),
    'imported.reactions.names': (name, { own: document, imported: thread }) => ({
      name: 'comment:reply',
      input: {
        ...{ document, thread, text: 'x', mentions: [] },
        imported: { ...importedBy('Cleo'), reactions: [{ emoji: '🌊', names: [name] }] },
      },
    }),
  },
  'comment:edit': {
    text: (text, { document, comment: message }) => ({
      name: 'comment:edit',
      input: { document, message, text, mentions: [] },
    }),
  },
  'comment:delete': {
    message: (message, { document }) => ({ name: 'comment:delete', input: { document, message } }),
  },
  'comment:react': {
    emoji: (emoji, { document, comment: message }) => ({
      name: 'comment:react',
      input: { document, message, emoji, on: true },
    }),
  },
  'comment:resolve': {
    thread: (thread, { document }) => ({
      name: 'comment:resolve',
      input: { document, thread, on: true },
    }),
    'imported.by.name': (name, { own: document, imported: thread }) => ({
      name: 'comment:resolve',
      input: { document, thread, on: true, imported: { by: { name, color: 1 }, at: 1 } },
    }),
  },
  'comment:reanchor': {
    'anchor.quote': (quote, { document, comment: thread }) => ({
      name: 'comment:reanchor',
      input: { document, thread, anchor: { ...ANCHOR, quote } },
    }),
  },
  'comments:see': {
    document: (document) => ({ name: 'comments:see', input: { document, number: 1 } }),
  },
};

/** By `<command>.<field>`. */
export const COMMAND_FIELDS: Readonly<Record<string, CommandField>> = {
  'command.name': (name, { own }) => ({ name, input: { document: own } }),
  ...Object.fromEntries(
    Object.entries(TEXTS_OF_COMMANDS).flatMap(([name, fields]) =>
      Object.entries(fields).map(([field, make]) => [`${name}.${field}`, make]),
    ),
  ),
};
