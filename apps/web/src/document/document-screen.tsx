import type { DocumentSession } from '@tandem/client';
import type { LibraryState } from '@tandem/protocol';
import { Navigate, useParams } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { ChatAside } from '../chat/chat-aside.tsx';
import { watchPresence } from '../session/idle.ts';
import { retryOpening } from '../session/open-document.ts';
import { requestPersistentStorage } from '../session/persistent-storage.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useDocumentSession } from '../session/use-document-session.ts';
import { unconfirmedDrawer } from '../unconfirmed/unconfirmed-drawer.tsx';
import { DocumentContent } from './document-content.tsx';
import { DocumentHeader } from './document-header.tsx';
import { documentOfLink } from './document-link.ts';
import { DocumentProblem, NoDocument, problemOf } from './document-problem.tsx';
import { Opening } from './opening.tsx';
import { useDocumentFacts } from './use-document-facts.ts';

const MINUTE_MS = 60_000;

export function DocumentScreen() {
  const { document } = useParams({ from: '/d/$document' });
  const id = documentOfLink(document);
  if (id === null) return <NoDocument />;
  if (id !== document)
    return (
      <Navigate to="/d/$document" params={{ document: id }} state={(state) => state} replace />
    );
  // A new key discards the state of the previous document.
  return <OneDocument key={id} id={id} />;
}

function OneDocument({ id }: { readonly id: string }) {
  const session = useDocumentSession(id);
  return session === null ? <Opening /> : <OpenDocument session={session} />;
}

function OpenDocument({ session }: { readonly session: DocumentSession }) {
  const services = useServices();
  const facts = useDocumentFacts(session);
  const updatedAt = useUpdatedAt(session.id);

  useEffect(() => requestPersistentStorage(session, navigator.storage), [session]);
  useEffect(() => watchPresence((state) => session.people.setPresence(state)), [session]);
  // Opening the drawer acknowledges rejected updates.
  useEffect(
    () =>
      unconfirmedDrawer.subscribe(
        () => unconfirmedDrawer.get() && session.acknowledgeRejectedUpdates(),
      ),
    [session],
  );
  const problem = problemOf(facts);
  const isListed = useIsListed(session.id);
  // It was restored, or shared again.
  const cameBack = useEffectEvent(() => {
    if (problem?.kind === 'ended') retryOpening(services, session);
  });
  useEffect(() => {
    if (isListed) cameBack();
  }, [isListed]);
  if (problem !== null)
    return <DocumentProblem problem={problem} retry={() => retryOpening(services, session)} />;
  return (
    <>
      <DocumentHeader session={session} facts={facts} />
      <div className="flex flex-1">
        <DocumentContent session={session} facts={facts} updatedAt={updatedAt} />
        {facts.kind === 'page' && !facts.isUnknownToServer && (
          <ChatAside session={session} access={facts.access} ownsDocument={facts.isOwn} />
        )}
      </div>
    </>
  );
}

function useIsListed(id: string): boolean {
  const { library } = useServices();
  const isListed = ({ documents }: LibraryState) => documents.some((listed) => listed.id === id);
  return useChannelValue(library, ({ state }) => state !== null && isListed(state)) ?? false;
}

function useUpdatedAt(id: string): number | null {
  const { library, activity } = useServices();
  const listed = useChannelValue(
    library,
    ({ state }) => state?.documents.find((document) => document.id === id)?.updatedAt ?? null,
  );
  const active = useChannelValue(activity, ({ state }) => {
    const at = state?.documents[id]?.updatedAt;
    return at === undefined ? null : Math.floor(at / MINUTE_MS) * MINUTE_MS;
  });
  return active ?? listed;
}
