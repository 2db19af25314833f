import type { UnconfirmedWork } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { useServices } from '../session/services.ts';

const REFRESH_MS = 1_000;

/** What this device holds and the server has not confirmed, over all documents, as long as somebody looks. */
export function useUnconfirmed(): readonly UnconfirmedWork[] {
  const { client } = useServices();
  const { data = [] } = useQuery({
    queryKey: ['unconfirmed'],
    queryFn: () => client.unconfirmed(),
    networkMode: 'always',
    refetchInterval: REFRESH_MS,
  });
  return data;
}
