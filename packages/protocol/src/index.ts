export * from './binary-codec.ts';
export * from './channels.ts';
export * from './close-codes.ts';
export type { Codec, MessageFragment, UnacceptedCommand } from './codec.ts';
export {
  canReplace,
  channelOf,
  command,
  COMMANDS,
  documentOf,
  predict,
  replaces,
  waitsFor,
  type Call,
  type CallOf,
  type Command,
  type CommandInput,
  type CommandName,
} from './commands.ts';
export { MessageTooLargeError } from './control-body.ts';
export * from './errors.ts';
export * from './files.ts';
export * from './history.ts';
export * from './http.ts';
export * from './json-codec.ts';
export * from './limits.ts';
export {
  documentId,
  toDisplayName,
  type Access,
  type DocumentKind,
  type LinkAccess,
  type MemberRole,
  type Role,
  user,
  type User,
} from './messages/field.ts';
export { foldText, searchWords } from './fold.ts';
export * from './messages/message.ts';
export * from './policy.ts';
export { inTreeOrder, positionAtTime, positionBetween } from './position.ts';
export type { Member, MemberCounts, PresenceState } from './messages/presence.ts';
export { reduceActivity, type ActivityState, type DocumentActivity } from './topics/activity.ts';
export * from './search-terms.ts';
export { chatPage, prependChat, trimChat, type ChatPage, type ChatState } from './topics/chat.ts';
export {
  importedResolution,
  type CommentAnchor,
  type CommentsState,
  type CommentThread,
} from './topics/comments.ts';
export {
  mentionsFit,
  namesFit,
  newImportedMessage,
  newMessageText,
  newNamedPerson,
  newNamedReaction,
  whenImported,
  type ImportedMessage,
  type Mention,
  type NamedPerson,
  type NewImportedMessage,
  type ThreadMessage,
} from './topics/message.ts';
export { dashboardSample, reduceDashboard, type DashboardSample } from './topics/dashboard.ts';
export {
  inboxPage,
  inboxPlace,
  type InboxPage,
  type InboxState,
  type Notification,
  type NotificationKind,
} from './topics/inbox.ts';
export * from './topics/library.ts';
export * from './topics/sharing.ts';
export * from './topics/trash.ts';
export * from './topics/unread.ts';
export * from './topics/versions.ts';
export { fitText, hasVisibleText, textRefusal, toStorable, truncateText } from './text.ts';
export * from './transports.ts';
export * from './version.ts';
