import type { ChannelSession } from '@tandem/client';
import type { ChannelName } from '@tandem/protocol';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useServices } from './services.ts';

/** A channel for as long as this component is shown; `null` for a moment before, or without a name. */
export function useChannel<N extends ChannelName>(name: N | null): ChannelSession<N> | null {
  const { client } = useServices();
  const [session, setSession] = useState<ChannelSession<N> | null>(null);
  useEffect(() => {
    if (name === null) return;
    const opened = client.subscribe(name);
    setSession(opened);
    return () => {
      setSession(null);
      opened.close();
    };
  }, [client, name]);
  return session;
}

/**
 * What the channel holds, with one's own work already in it.
 *
 * @param select gives the same value back as long as nothing has changed
 */
export function useChannelValue<N extends ChannelName, T>(
  session: ChannelSession<N> | null,
  select: (session: ChannelSession<N>) => T,
): T | null {
  const subscribe = useCallback(
    (changed: () => void) => session?.onChange(changed) ?? (() => undefined),
    [session],
  );
  return useSyncExternalStore(subscribe, () => (session === null ? null : select(session)));
}
