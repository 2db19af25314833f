export { ChannelPages } from './channels/channel-pages.ts';
export { ChannelSession, type ChannelStatus, type StateOf } from './channels/channel-session.ts';
export {
  createMemoryLiveStores,
  openIndexedDbLiveStores,
  type LiveStores,
} from './channels/live.ts';
export * from './client.ts';
export { newDocumentId } from './commands/document-id.ts';
export { Commands, type PendingCommand, type RefusedListener } from './commands/commands.ts';
export { type ConnectionState, type FailureCause } from './connection/connection-state.ts';
export { takeLease } from './store/lease.ts';
export { asksToSignIn } from './connection/sign-in.ts';
export {
  Connection,
  type ConnectionListener,
  type Socket,
  type TokenAnswer,
} from './connection/connection.ts';
export { browserFallback, headlessFallback, type FallbackPlace } from './connection/fallback.ts';
export { DocumentSession, type DocumentState } from './document/document-session.ts';
export { unplacedText } from './document/unplaced-text.ts';
export type { SaveState } from './document/save-state.ts';
export {
  browserEnvironment,
  headlessEnvironment,
  type Environment,
  type EnvironmentEvent,
} from './environment.ts';
export { openIndexedDbStore } from './store/indexeddb-store.ts';
export type { LastWordsPlace } from './store/last-words.ts';
export { localStoragePlace } from './store/local-storage-place.ts';
export { createMemoryStore } from './store/memory-store.ts';
export type { Store } from './store/store.ts';
export type { PeoplePage } from './document/people.ts';
