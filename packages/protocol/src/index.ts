export * from './binary-codec.ts';
export * from './channels.ts';
export * from './close-codes.ts';
export type { Codec, Decoded, InvalidFrame, MessageFragment, UnacceptedCommand } from './codec.ts';
export * from './commands/commands.ts';
export * from './errors.ts';
export * from './events/events.ts';
export * from './http.ts';
export * from './json-codec.ts';
export * from './limits.ts';
export {
  documentId,
  toDisplayName,
  type Access,
  type DocumentKind,
  type LinkAccess,
  type Role,
  user,
  type User,
} from './messages/field.ts';
export * from './messages/message.ts';
export type { Member, MemberCounts, PresenceState } from './messages/presence.ts';
export * from './search-text.ts';
export * from './state/channel-reducer.ts';
export * from './state/channel-state.ts';
export * from './state/chat-reducer.ts';
export * from './state/chat.ts';
export * from './state/dashboard.ts';
export * from './state/latest-reducer.ts';
export * from './state/library-reducer.ts';
export * from './state/library.ts';
export * from './state/prediction.ts';
export * from './state/sharing-reducer.ts';
export * from './state/sharing.ts';
export * from './state/unread.ts';
export { fitText, hasVisibleText, textRefusal, toStorable } from './text.ts';
export * from './transports.ts';
export * from './version.ts';
