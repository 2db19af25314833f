export { ChannelSession } from './channels/channel-session.ts';
export * from './client.ts';
export { newDocumentId } from './commands/ids.ts';
export {
  Commands,
  isWork,
  MAX_PENDING_COMMANDS,
  type PendingCommand,
  type RefusedListener,
} from './commands/commands.ts';
export { type ConnectionState, type FailureCause } from './connection/connection-state.ts';
export { answerWithin } from './store/answer-within.ts';
export { BROWSER_DATABASES, openBrowserStores } from './store/browser-stores.ts';
export { takeLease } from './store/lease.ts';
export { browserLocks, waitForLock, type TabLocks } from './store/tab-lock.ts';
export { asksToSignIn } from './connection/http-session.ts';
export { type ConnectionListener } from './connection/connection.ts';
export { type Socket } from './connection/socket.ts';
export { browserFallback } from './connection/fallback.ts';
export { DocumentSession } from './document/document-session.ts';
export { unplacedText } from './document/unplaced-text.ts';
export type { SaveState } from './document/save-state.ts';
export {
  browserEnvironment,
  headlessEnvironment,
  systemClock,
  type Environment,
} from './environment.ts';
export { createMemoryStore } from './store/memory-store.ts';
export type { StoredCopy } from './store/store.ts';
export type { UnconfirmedWork } from './unconfirmed-work.ts';
