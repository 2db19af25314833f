import type { Commands } from '@tandem/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useServices } from './services.ts';

/** What `select` finds among the commands that the server has not answered. */
export function useCommandsValue<T extends string | number | boolean | null>(
  select: (commands: Commands) => T,
): T {
  const { commands } = useServices().client;
  const subscribe = useCallback((changed: () => void) => commands.onChange(changed), [commands]);
  return useSyncExternalStore(subscribe, () => select(commands));
}
