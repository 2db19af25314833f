import type { DocumentSession } from '@tandem/client';
import type { EditorView } from '@tiptap/pm/view';
import { useMemo, useRef } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { commentRequested } from '../comments/comments-place.ts';
import { classNames } from '../components/class-names.ts';
import { Deferred, Loaded, screenIsReady } from '../components/deferred.tsx';
import { Notice } from '../components/feedback.tsx';
import { catchTyping, takeTyping } from '../components/typed-ahead.ts';
import { Editor, type EditorHandle } from '../editor/editor.tsx';
import { useObservable } from '../runtime/observable.ts';
import { reloadPage } from '../runtime/service-worker.ts';
import { useSessionValue } from '../session/use-document-session.ts';
import { documentFiles } from '../uploads/document-files.ts';
import { Byline } from './byline.tsx';
import { fullWidth } from './full-width.ts';
import { TextSkeleton } from './opening.tsx';
import { TitleField } from './title-field.tsx';
import type { DocumentFacts } from './use-document-facts.ts';

const trashNotice = new Deferred(() => import('../trash/trash-notice.tsx'), { preload: 'at once' });
const templateNotice = new Deferred(() => import('../templates/template-notice.tsx'));
const linking = new Deferred(() => import('../linking/linking.tsx'));
const dataView = new Deferred(() => import('./data-view.tsx'));

interface DocumentContentProps {
  readonly session: DocumentSession;
  readonly facts: DocumentFacts;
  readonly updatedAt: number | null;
  readonly editor: React.RefObject<EditorHandle | null>;
  readonly onView: (view: EditorView | null) => void;
}

export function DocumentContent({
  session,
  facts,
  updatedAt,
  editor,
  onView,
}: DocumentContentProps) {
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  const { trashedAt } = facts;
  const isWide = useObservable(fullWidth);
  /** @param typed text that was typed for the editor before it existed */
  const goToText = (typed = '') => {
    // Focuses at once: the editor takes the focus in the next frame, and a key before that belongs to the text.
    const text = main.current?.querySelector<HTMLElement>('[contenteditable=true]');
    if (text == null) return catchTyping(facts.title || t('untitled'), typed);
    text.focus();
    editor.current?.focusStart();
    if (typed !== '') editor.current?.write(typed);
  };
  const onReady = () => {
    takeTyping((typed, hasFocus) => hasFocus && goToText(typed));
    screenIsReady();
  };
  return (
    <main
      ref={main}
      id="main"
      tabIndex={-1}
      className={classNames('page min-w-0 flex-1 outline-none', isWide && 'page-wide')}
    >
      <div className="page-head">
        {trashedAt !== null && (
          <Loaded from={trashNotice}>
            {({ TrashNotice }) => (
              <TrashNotice document={facts.id} title={facts.title} trashedAt={trashedAt} />
            )}
          </Loaded>
        )}
        {facts.isTemplate && (
          <Loaded from={templateNotice}>
            {({ TemplateNotice }) => <TemplateNotice facts={facts} />}
          </Loaded>
        )}
        <TitleField facts={facts} onLeave={goToText} onTypedAhead={goToText} />
        <Byline session={session} updatedAt={updatedAt} />
      </div>
      <Body session={session} facts={facts} editor={editor} onReady={onReady} onView={onView} />
      {facts.kind === 'page' && trashedAt === null && (
        <Loaded from={linking}>{({ Linking }) => <Linking facts={facts} />}</Loaded>
      )}
    </main>
  );
}

interface BodyProps {
  readonly session: DocumentSession;
  readonly facts: DocumentFacts;
  readonly editor: React.Ref<EditorHandle>;
  readonly onReady: () => void;
  readonly onView: (view: EditorView | null) => void;
}

function Body({ session, facts, editor, onReady, onView }: BodyProps) {
  const { t } = useTranslation();
  // A replaced document needs a new editor.
  const files = useMemo(() => documentFiles(facts.id), [facts.id]);
  const replicaVersion = useSessionValue(session, (session) => session.replicaVersion);
  const mayComment = facts.access !== 'view' && !facts.isUnknownToServer;
  switch (facts.kind) {
    case null:
      return <TextSkeleton />;
    case 'data':
      return (
        <Loaded from={dataView}>
          {({ DataView }) => <DataView key={replicaVersion} doc={session.doc} id={facts.id} />}
        </Loaded>
      );
    case 'page':
      return (
        <Editor
          key={replicaVersion}
          ref={editor}
          doc={session.doc}
          awareness={session.people.awareness}
          editable={facts.access === 'edit' && facts.outdated === null}
          label={facts.title || t('untitled')}
          files={files}
          notice={facts.outdated && <ReloadNotice>{facts.outdated.message}</ReloadNotice>}
          unsupported={<ReloadNotice>{t('document.unsupported')}</ReloadNotice>}
          onReady={onReady}
          onView={onView}
          onComment={mayComment ? () => commentRequested.set(true) : null}
          onTyping={(active) => session.people.setTyping(active)}
        />
      );
  }
}

function ReloadNotice({ children }: { readonly children: string }) {
  const { t } = useTranslation();
  return (
    <div className="page-head">
      <Notice
        tone="warning"
        action={
          <Button look="primary" onClick={() => void reloadPage()}>
            {t('reload')}
          </Button>
        }
      >
        {children}
      </Notice>
    </div>
  );
}
