import type { DocumentSession } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { unconfirmedDrawer } from '../connection/unconfirmed-drawer-state.ts';
import { failureOf } from '../http/request.ts';
import { askAgain } from '../session/ask-again.ts';
import { watchIdle } from '../session/idle.ts';
import { keepStorage } from '../session/keep-storage.ts';
import { useServices } from '../session/services.ts';
import { useDocumentSession, useSessionValue } from '../session/use-document-session.ts';
import { DocumentContent } from './document-content.tsx';
import { DocumentHeader } from './document-header.tsx';
import { DocumentProblem, problemOf } from './document-problem.tsx';
import { Opening } from './opening.tsx';
import { useDocumentFacts } from './use-document-facts.ts';

/** One document: who is in it, whether it is saved, and its text. */
export function DocumentScreen() {
  const { document } = useParams({ from: '/d/$document' });
  // Another document is another screen: nothing of this one's state carries over.
  return <OneDocument key={document} id={document} />;
}

function OneDocument({ id }: { readonly id: string }) {
  const session = useDocumentSession(id);
  return session === null ? <Opening /> : <OpenDocument session={session} />;
}

function OpenDocument({ session }: { readonly session: DocumentSession }) {
  const { client, commands, documents, queries } = useServices();
  const facts = useDocumentFacts(session);
  const query = useQuery({ ...documents.one(session.id), enabled: !facts.isUnknownToServer });
  const isKnown = facts.kind !== null;

  useEffect(() => keepStorage(session, navigator.storage), [session]);
  useEffect(() => watchIdle((idle) => session.setIdle(idle)), [session]);
  // Whoever looks at the drawer has seen what was set aside.
  useEffect(
    () =>
      unconfirmedDrawer.subscribe(() => unconfirmedDrawer.get() && session.acknowledgeSetAside()),
    [session],
  );
  // What somebody else calls it now is so in the list too, whatever an answer on its way still says.
  const titleOfServer = useSessionValue(session, ({ document }) => document?.title ?? null);
  useEffect(() => {
    if (titleOfServer !== null)
      documents.remember(queries, {
        kind: 'rename',
        document: session.id,
        title: titleOfServer,
        at: 0,
      });
    // A document that was opened for the first time is now on this person's list.
    if (isKnown) void queries.invalidateQueries({ queryKey: documents.list.queryKey });
  }, [titleOfServer, isKnown, documents, queries, session.id]);

  const problem = problemOf(facts, query.isError ? failureOf(query.error) : null);
  const retry = () => {
    askAgain({ client, commands }, session);
    void query.refetch();
  };
  if (problem !== null) return <DocumentProblem problem={problem} retry={retry} />;
  return (
    <>
      <DocumentHeader session={session} facts={facts} />
      <DocumentContent session={session} facts={facts} updatedAt={query.data?.updatedAt ?? null} />
    </>
  );
}
