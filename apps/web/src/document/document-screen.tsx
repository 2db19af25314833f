import type { DocumentSession } from '@tandem/client';
import type { Restoration } from '@tandem/document/history';
import type { LibraryState } from '@tandem/protocol';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { EditorView } from '@tiptap/pm/view';
import { ChatAside } from '../chat/chat-aside.tsx';
import { CommentsAside } from '../comments/comments-aside.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { toast } from '../components/toast.ts';
import type { EditorHandle } from '../editor/editor.tsx';
import { useParams, useShownPlace } from '../navigation/current-screen.tsx';
import { Navigate } from '../navigation/link.tsx';
import { navigate } from '../navigation/location.ts';
import { useTranslation } from '../translation/translation.ts';
import { watchPresence } from '../session/idle.ts';
import { retryOpening } from '../session/open-document.ts';
import { requestPersistentStorage } from '../session/persistent-storage.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useDocumentSession } from '../session/use-document-session.ts';
import { unconfirmedDrawer } from '../unconfirmed/unconfirmed-drawer.tsx';
import { DocumentContent } from './document-content.tsx';
import { DocumentHeader } from './document-header.tsx';
import { documentOfLink, HISTORY } from './document-link.ts';
import { problemOf } from './opening-problem.ts';
import { Opening } from './opening.tsx';
import { useDocumentFacts } from './use-document-facts.ts';

const MINUTE_MS = 60_000;

/** It may be needed once there is no network. */
const problems = new Deferred(() => import('./document-problem.tsx'), { preload: 'at once' });
const history = new Deferred(() => import('../history/history-screen.tsx'));

export function DocumentScreen() {
  const { document = '' } = useParams();
  const { state } = useShownPlace();
  const id = documentOfLink(document);
  if (id === null)
    return (
      <Loaded from={problems} fallback={<Opening />}>
        {({ NoDocument }) => <NoDocument />}
      </Loaded>
    );
  if (id !== document)
    return <Navigate to="/d/$document" params={{ document: id }} state={state} />;
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
  const [view, setView] = useState<EditorView | null>(null);
  const { t } = useTranslation();
  const editor = useRef<EditorHandle>(null);
  const isHistoryShown = useShownPlace().search === HISTORY;
  const closeHistory = useCallback(
    () => navigate('/d/$document', { params: { document: session.id } }),
    [session],
  );
  const mayWrite = facts.access === 'edit' && facts.outdated === null;
  const restore = (restoration: Restoration) => {
    editor.current?.restore(restoration);
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
    return (
      <Loaded from={problems} fallback={<Opening />}>
        {({ DocumentProblem }) => (
          <DocumentProblem
            session={session}
            title={facts.title}
            problem={problem}
            retry={() => retryOpening(services, session)}
          />
        )}
      </Loaded>
    );
  return (
    <>
      {isHistoryShown && facts.kind === 'page' && (
        <Loaded from={history} fallback={<Opening />}>
          {({ HistoryScreen }) => (
            <HistoryScreen
              document={session.id}
              title={facts.title || t('untitled')}
              onRestore={mayWrite ? restore : null}
              onClose={closeHistory}
            />
          )}
        </Loaded>
      )}
      {/* The editor stays, because a restore is a change of it that it can undo. */}
      <div className={isHistoryShown ? 'hidden' : 'contents'}>
        <DocumentHeader session={session} facts={facts} />
        <div className="flex flex-1">
          <DocumentContent
            session={session}
            facts={facts}
            updatedAt={updatedAt}
            editor={editor}
            onView={setView}
          />
          {facts.kind === 'page' && !facts.isUnknownToServer && (
            <>
              <CommentsAside
                session={session}
                view={view}
                mayComment={facts.access !== 'view'}
                ownsDocument={facts.isOwn}
              />
              <ChatAside session={session} access={facts.access} ownsDocument={facts.isOwn} />
            </>
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
