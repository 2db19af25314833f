import type { ConnectionState, FailureCause } from '@tandem/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useServices } from './services.ts';

export function useConnection(): ConnectionState {
  const { connection } = useServices().client;
  const subscribe = useCallback(
    (changed: () => void) => connection.listen({ state: changed }),
    [connection],
  );
  return useSyncExternalStore(subscribe, () => connection.state);
}

export type CutOff = FailureCause | 'stopped';

export function cutOffBy(state: ConnectionState): CutOff | null {
  switch (state.kind) {
    case 'idle':
    case 'connected':
      return null;
    case 'connecting':
    case 'waiting':
      return state.cause;
    case 'stopped':
      return 'stopped';
  }
}
