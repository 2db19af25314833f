import type { DocumentSummary } from '@tandem/protocol';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useObservable } from '../observable.ts';
import { useServices } from '../session/services.ts';
import { newDocumentId, replay } from './command.ts';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The document was just made here: the title is the first thing to write. */
    readonly isNew?: boolean;
  }
}

export interface DocumentList {
  /** `null` while nothing is known yet. */
  readonly documents: readonly DocumentSummary[] | null;
  readonly query: UseQueryResult<readonly DocumentSummary[], unknown>;
}

/** What this person made or opened, newest first, with what they did just now already in it. */
export function useDocuments(): DocumentList {
  const { account, commands, documents: api } = useServices();
  const query = useQuery(api.list);
  const { commands: pending } = useObservable(commands.state);
  const { user } = useObservable(account.state);
  const documents = useMemo(
    () =>
      query.data === undefined && pending.length === 0
        ? null
        : replay(query.data ?? [], pending, user),
    [query.data, pending, user],
  );
  return { documents, query };
}

/** Makes a document and opens it, with or without a network. */
export function useNewDocument(): () => void {
  const { commands } = useServices();
  const navigate = useNavigate();
  return () => {
    const document = newDocumentId();
    commands.add({ kind: 'create', document, at: Date.now() });
    void navigate({ to: '/d/$document', params: { document }, state: { isNew: true } });
  };
}
