import type { DocumentSession } from '@tandem/client';
import type { LibraryState } from '@tandem/protocol';
import { Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type * as Y from 'yjs';
import { ChatAside } from '../chat/chat-aside.tsx';
import type { EditorHandle } from '../editor/editor.tsx';
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

const HistoryScreen = lazy(async () => ({
  default: (await import('../history/history-screen.tsx')).HistoryScreen,
}));

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
  const { t } = useTranslation();
  const editor = useRef<EditorHandle>(null);
  const navigate = useNavigate({ from: '/d/$document' });
  const { history: shownHistory } = useSearch({ from: '/d/$document' });
  const closeHistory = useCallback(() => void navigate({ search: {} }), [navigate]);
  const mayWrite = facts.access === 'edit' && facts.outdated === null;
  const restore = (earlier: Y.Doc) => {
    editor.current?.restore(earlier);
    closeHistory();
    toast(t('history.restored'), {
      action: { label: t('history.undo'), onClick: () => editor.current?.undo() },
    });
  };
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
      {shownHistory === true && facts.kind === 'page' && (
        <Suspense fallback={<Opening />}>
          <HistoryScreen
            document={session.id}
            title={facts.title || t('untitled')}
            onRestore={mayWrite ? restore : null}
            onClose={closeHistory}
          />
        </Suspense>
      )}
      {/* The editor stays, because a restore is a change of it that it can undo. */}
      <div className={shownHistory === true ? 'hidden' : 'contents'}>
        <DocumentHeader session={session} facts={facts} />
        <div className="flex flex-1">
          <DocumentContent session={session} facts={facts} updatedAt={updatedAt} editor={editor} />
          {facts.kind === 'page' && !facts.isUnknownToServer && (
            <ChatAside session={session} access={facts.access} ownsDocument={facts.isOwn} />
          )}
        </div>
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
