import type { ChannelSession } from '@tandem/client';
import type { ChannelName } from '@tandem/protocol';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useServices } from './services.ts';

/** Opens a channel while the component is mounted; null before that, and without a name. */
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
 * A value of the channel's state, with this person's pending commands applied.
 *
 * @param select returns the same value as long as nothing has changed
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
