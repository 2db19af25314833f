/** In-memory state store. */
import type { ChannelName } from '@tandem/protocol';
import { MAX_KEPT_STATES, type OwnedState, type StateStore } from './state-store.ts';

export function createMemoryStateStore(): StateStore {
  const states = new Map<ChannelName, OwnedState>();
  return {
    async load(name) {
      return states.get(name) ?? null;
    },
    async save(name, state) {
      states.delete(name);
      states.set(name, state);
      for (const oldest of [...states.keys()].slice(0, -MAX_KEPT_STATES)) states.delete(oldest);
    },
    async forget(name) {
      states.delete(name);
    },
    close() {},
  };
}
