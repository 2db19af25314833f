/**
 * The expected answer to each message, by sender role and connection state. A missing row, role or
 * state does not compile.
 */
import type { ClientMessageType, ErrorCode, MessageOf, ServerMessageType } from '@tandem/protocol';

export const ROLES = ['owner', 'editor', 'commenter', 'viewer', 'outsider'] as const;
export type Role = (typeof ROLES)[number];

export const STATES = [
  'before hello',
  /** In one frame with `hello`: the message waits for authentication. */
  'authenticating',
  /** The document and its chat are not open here; their numbers come from another connection. */
  'without the channel',
  /** Both are open, as far as allowed; `hello` named them. */
  'in the channel',
  /** Both were opened and left. */
  'after the channel',
  /**
   * Both are open, and the server has sent `goaway`. The answer is unchanged or missing, followed
   * by the close of a restart.
   */
  'draining',
] as const;
export type State = (typeof STATES)[number];

/** The type of the answer; with its error code where that is more specific. */
export type Answer =
  | 'nothing'
  | ServerMessageType
  | `${'closed' | 'nack' | 'refused' | 'unsubscribed'} ${ErrorCode}`
  | 'close 4400';

/**
 * `seen`: others in the document notice it, or it is on disk. All other cells assert the opposite.
 */
export type Cell = Answer | `${Answer}, seen`;

type ByRole = { readonly [R in Role]: Cell };
type ByState = { readonly [S in Exclude<State, 'draining'>]: Cell | ByRole };

export type Trace = 'text' | 'chat' | 'typing' | 'cursor' | 'idle';

export interface Situation {
  readonly document: string;
  readonly channel: number;
  readonly chat: number;
  readonly token: string;
  readonly client: number;
  readonly update: () => Uint8Array;
  readonly awareness: () => Uint8Array;
  readonly ulid: () => string;
}

interface Row<T extends ClientMessageType> {
  readonly make: (situation: Situation) => MessageOf<T>;
  readonly trace: Trace | null;
  readonly cells: ByState;
}

const always = (cell: Cell): Omit<ByState, 'before hello'> => ({
  authenticating: cell,
  'without the channel': cell,
  'in the channel': cell,
  'after the channel': cell,
});

/**
 * Only has an effect in a channel; ignored elsewhere, because a client may still send to a channel
 * that was just closed.
 */
const inChannel = (cells: ByRole): Omit<ByState, 'before hello'> => ({
  ...always('nothing'),
  'in the channel': cells,
});

const admitted = (cell: Cell): ByRole => ({
  owner: cell,
  editor: cell,
  commenter: cell,
  viewer: cell,
  outsider: 'nothing',
});
const chatters = (cell: Cell, viewer: Cell): ByRole => ({ ...admitted(cell), viewer });
const writers = (cell: Cell, reader: Cell): ByRole => ({
  ...chatters(cell, reader),
  commenter: reader,
});

const byRight = (cells: ByRole): Omit<ByState, 'before hello'> => ({
  authenticating: cells,
  'without the channel': cells,
  'in the channel': cells,
  'after the channel': cells,
});

const tooEarly = { 'before hello': 'close 4400' } as const;

export const MESSAGE_TABLE: { readonly [T in ClientMessageType]: Row<T> } = {
  hello: {
    make: ({ token }) => ({ type: 'hello', channel: 0, protocol: 1, schema: 1, token }),
    trace: null,
    cells: { ...always('close 4400'), 'before hello': 'welcome' },
  },
  token: {
    make: ({ token }) => ({ type: 'token', channel: 0, token }),
    trace: null,
    cells: { ...always('authenticated'), ...tooEarly },
  },
  ping: {
    make: () => ({ type: 'ping', channel: 0, nonce: 7 }),
    trace: null,
    cells: { ...always('pong'), ...tooEarly },
  },
  pong: {
    make: () => ({ type: 'pong', channel: 0, nonce: 7 }),
    trace: null,
    cells: { ...always('nothing'), ...tooEarly },
  },
  open: {
    make: ({ document, client }) => ({ type: 'open', channel: 0, ref: 9, document, client }),
    trace: null,
    cells: {
      ...byRight({ ...admitted('opened'), outsider: 'closed not-found' }),
      ...tooEarly,
    },
  },
  leave: {
    make: ({ channel }) => ({ type: 'leave', channel }),
    trace: null,
    cells: { ...always('nothing'), ...tooEarly },
  },
  update: {
    make: ({ channel, update }) => ({ type: 'update', channel, cseq: 1, update: update() }),
    trace: 'text',
    cells: { ...inChannel(writers('ack, seen', 'nack read-only')), ...tooEarly },
  },
  'rows:request': {
    make: ({ channel }) => ({ type: 'rows:request', channel, from: 0 }),
    trace: null,
    // SY43: the rows may have deleted words, which only people with the history may see. The others open again.
    cells: { ...inChannel(writers('updates', 'closed internal')), ...tooEarly },
  },
  awareness: {
    make: ({ channel, awareness }) => ({ type: 'awareness', channel, update: awareness() }),
    trace: 'cursor',
    cells: { ...inChannel(admitted('nothing, seen')), ...tooEarly },
  },
  'presence:set': {
    make: ({ channel }) => ({ type: 'presence:set', channel, state: 'idle' }),
    trace: 'idle',
    cells: { ...inChannel(admitted('nothing, seen')), ...tooEarly },
  },
  'presence:list': {
    make: ({ channel }) => ({ type: 'presence:list', channel, ref: 9, query: '', after: 0 }),
    trace: null,
    cells: { ...inChannel(admitted('presence:listed')), ...tooEarly },
  },
  'typing:start': {
    make: ({ channel }) => ({ type: 'typing:start', channel }),
    trace: 'typing',
    cells: { ...inChannel(writers('nothing, seen', 'nothing')), ...tooEarly },
  },
  'typing:stop': {
    make: ({ channel }) => ({ type: 'typing:stop', channel }),
    trace: 'typing',
    cells: { ...always('nothing'), ...tooEarly },
  },
  command: {
    make: ({ document, ulid }) => ({
      type: 'command',
      channel: 0,
      id: ulid(),
      name: 'chat:send',
      input: { document, text: 'High water at nine.', mentions: [], replyTo: null },
    }),
    trace: 'chat',
    cells: {
      ...byRight({
        ...chatters('done, seen', 'refused forbidden'),
        outsider: 'refused not-found',
      }),
      ...tooEarly,
    },
  },
  subscribe: {
    make: ({ document }) => ({ type: 'subscribe', channel: 0, ref: 9, name: `chat:${document}` }),
    trace: null,
    cells: {
      ...byRight({ ...admitted('subscribed'), outsider: 'unsubscribed not-found' }),
      ...tooEarly,
    },
  },
  unsubscribe: {
    make: ({ chat }) => ({ type: 'unsubscribe', channel: chat }),
    trace: null,
    cells: { ...always('nothing'), ...tooEarly },
  },
  recover: {
    make: ({ chat }) => ({ type: 'recover', channel: chat, from: 0 }),
    trace: null,
    cells: { ...inChannel(admitted('events')), ...tooEarly },
  },
};

/** @returns the expectation of a cell; while the server drains, the earlier one. */
export function cellOf(
  type: ClientMessageType,
  { state, role }: { readonly state: State; readonly role: Role },
): { readonly answer: Answer; readonly trace: Trace | null } {
  const { cells, trace } = MESSAGE_TABLE[type];
  const cell = cells[state === 'draining' ? 'in the channel' : state];
  const words = typeof cell === 'string' ? cell : cell[role];
  const answer = words.replace(/, seen$/, '') as Answer;
  return { answer, trace: words === answer ? null : trace };
}
