export { ChannelPages } from './channels/channel-pages.ts';
export { ChannelSession, type ChannelStatus, type StateOf } from './channels/channel-session.ts';
export * from './client.ts';
export { newDocumentId } from './commands/document-id.ts';
export { Commands, type PendingCommand, type RefusedListener } from './commands/commands.ts';
export { type ConnectionState, type FailureCause } from './connection/connection-state.ts';
export { answerWithin } from './store/answer-within.ts';
export { BROWSER_DATABASES, openBrowserStores } from './store/browser-stores.ts';
export { takeLease } from './store/lease.ts';
export { browserLocks, waitForLock, type TabLocks } from './store/tab-lock.ts';
export { asksToSignIn } from './connection/sign-in.ts';
export { Connection, type ConnectionListener, type Socket } from './connection/connection.ts';
export type { TokenAnswer } from './connection/http-session.ts';
export { browserFallback, headlessFallback, type FallbackStorage } from './connection/fallback.ts';
export { DocumentSession, type DocumentState } from './document/document-session.ts';
export { unplacedText } from './document/unplaced-text.ts';
export type { SaveState } from './document/save-state.ts';
export {
  browserEnvironment,
  headlessEnvironment,
  systemClock,
  type Environment,
  type EnvironmentEvent,
} from './environment.ts';
export type { UnloadOutboxStorage } from './store/unload-outbox.ts';
export { createMemoryStore } from './store/memory-store.ts';
export type { Store } from './store/store.ts';
export type { PeoplePage } from './document/people.ts';
export type { UnconfirmedWork } from './unconfirmed-work.ts';
