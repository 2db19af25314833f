/**
 * The last known states of channels, which make lists available at once and offline. Any of them
 * may be missing: the server has them all. One port, one contract suite, two adapters.
 */
import type { ChannelName } from '@tandem/protocol';
import type { PersistedState } from '@tandem/sync';

export const MAX_KEPT_STATES = 30;

/** A state with its owner: channels of the same name differ between people. */
export type OwnedState = PersistedState & { readonly user: string };

export interface StateStore {
  load(name: ChannelName): Promise<OwnedState | null>;
  save(name: ChannelName, state: OwnedState): Promise<void>;
  forget(name: ChannelName): Promise<void>;
  close(): void;
}
