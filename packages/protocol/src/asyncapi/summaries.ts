/** One-sentence summary of each message type. The type check requires one per message. */
import type { MessageType } from '../messages/message.ts';

export const SUMMARIES: Readonly<Record<MessageType, string>> = {
  hello:
    'The client’s first message, once, within 5 s. Messages that open channels may follow in the same frame.',
  welcome:
    'The token is valid. Contains the user, and the id of this connection in the server’s log.',
  authenticate: 'The token expires soon: send a new one.',
  token: 'A new token of the same user, on the open connection.',
  authenticated: 'The new token is valid.',
  open: 'Joins a document; states what the client already has of it.',
  opened: 'The document is open: the channel’s number, and the position from which updates follow.',
  leave: 'Leaves a document.',
  closed: 'An open was refused, or the channel was lost.',
  'document:changed':
    'The title or the user’s access has changed, or the document is in the trash.',
  update: 'One Yjs update of the client, under its next number.',
  ack: 'All updates of this channel up to this number are on disk.',
  nack: 'An update was refused; open the document again.',
  updates: 'Committed updates of others, without a gap.',
  'rows:request': 'Requests the updates after this position.',
  'state:request':
    'An update refers to content that the server lacks: send everything that this state vector lacks.',
  awareness: 'Cursors and selections, as an update of y-protocols.',
  'presence:set': 'Whether the person is active.',
  'presence:changed': 'Members who joined, changed and left; or all members who are shown.',
  'presence:list': 'Requests a page of the members, sorted by name.',
  'presence:listed': 'A page of members, and where the next page begins.',
  'typing:start': 'The person is typing; repeated every 3 s.',
  'typing:stop': 'The person has stopped typing.',
  'typing:changed': 'People who are typing now, without the receiver.',
  ping: 'Checks the connection. Answered by pong with the same number.',
  pong: 'The answer to a ping.',
  error: 'An error before a close, or of the channel in the header.',
  'storage:changed':
    'Whether the server can store the text of a document (channel 0: commands) now.',
  goaway: 'The server restarts: reconnect after the given milliseconds.',
  fragment: 'A slice of an encoded message that is larger than a frame may be.',
  command: 'A change beside document text. A repeat under the same id changes nothing.',
  done: 'The command was executed and is on disk. Contains the positions of its events.',
  refused: 'The command was not executed. Contains the reason.',
  subscribe: 'Joins a channel of events, from a position if there is one.',
  subscribed: 'The channel is open: recovered from the client’s position, or with the whole state.',
  unsubscribe: 'Leaves a channel of events.',
  unsubscribed: 'A subscribe was refused, or the channel was lost.',
  events: 'Events of a channel, in order and without a gap.',
  recover: 'Requests the events after this offset.',
  'activity:changed': 'Activity in the documents of the user’s list, at most once a second.',
  'dashboard:changed': 'The server’s figures, once a second.',
};
