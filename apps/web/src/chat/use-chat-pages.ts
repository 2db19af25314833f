import type { ChannelSession } from '@tandem/client';
import { useCallback, useState } from 'react';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';

export interface ChatPages {
  readonly loadOlder: (() => void) | null;
  readonly trim: () => void;
  readonly target: string | null;
  readonly search: 'none' | 'running' | 'failed';
  readonly goTo: (message: string) => void;
  readonly leaveTarget: () => void;
}

export function useChatPages(session: ChannelSession<`chat:${string}`> | null): ChatPages {
  const { pages } = useServices().client;
  const hasOlder = useChannelValue(session, (chat) => pages.hasOlder(chat)) ?? false;
  const [target, setTarget] = useState<string | null>(null);
  const [search, setSearch] = useState<ChatPages['search']>('none');
  const loadOlder = useCallback(() => {
    // A failed page is requested again on the next scroll.
    if (session !== null) pages.loadOlder(session).catch(() => undefined);
  }, [pages, session]);
  const trim = useCallback(() => session !== null && pages.trim(session), [pages, session]);
  const goTo = useCallback(
    (message: string) => {
      if (session === null) return;
      setTarget(message);
      setSearch('running');
      pages.loadThrough(session, message).then(
        () => setSearch('none'),
        () => {
          setTarget(null);
          setSearch('failed');
        },
      );
    },
    [pages, session],
  );
  const leaveTarget = useCallback(() => setTarget(null), []);
  return { loadOlder: hasOlder ? loadOlder : null, trim, target, search, goTo, leaveTarget };
}
