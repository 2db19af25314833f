import type { DocumentSession } from '@tandem/client';
import { ERRORS } from '@tandem/protocol';
import { Link } from '../navigation/link.tsx';
import { useEffect } from 'react';
import { addTexts, useTranslation, type Translate } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { FullPage } from '../components/feedback.tsx';
import { stopCatching } from '../components/typed-ahead.ts';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { SignInLink } from '../session/sign-in.tsx';
import { UnconfirmedButton } from '../unconfirmed/unconfirmed-drawer.tsx';
import type { Ending, Problem } from './opening-problem.ts';
import words from '../languages/document-problem.en.json' with { type: 'json' };
import '../save-status/save-status-words.ts';

addTexts(words);

const TITLES = {
  'not-found': 'problem.needAccess',
  'not-restored': 'problem.notRestored',
  'in-trash': 'problem.inTrash',
  forbidden: 'problem.needAccess',
  'document-damaged': 'problem.damaged',
} as const satisfies Record<Ending, string>;

const rescue = new Deferred(() => import('./rescue-button.tsx'));
const requestForm = new Deferred(() => import('../sharing/request-form.tsx'));

export function DocumentProblem({
  session,
  title: titleOfDocument,
  problem,
  retry,
}: {
  readonly session: DocumentSession;
  readonly title: string;
  readonly problem: Problem;
  readonly retry: () => void;
}) {
  const { t } = useTranslation();
  const title = problem.kind === 'ended' ? t(TITLES[problem.code]) : t('problem.notHere');
  const needsAccess = problem.kind === 'ended' && TITLES[problem.code] === 'problem.needAccess';
  useScreenTitle(title);
  useEffect(stopCatching, []);
  return (
    <>
      {/* A refused document has no save status. */}
      <ScreenHeader>{problem.kind === 'not-here' && <DeviceSaveStatusChip />}</ScreenHeader>
      <main id="main" tabIndex={-1} className="outline-none">
        <FullPage
          title={title}
          action={
            <>
              {problem.kind === 'ended' && problem.code === 'not-restored' && (
                <Loaded from={rescue}>
                  {({ RescueButton }) => <RescueButton session={session} title={titleOfDocument} />}
                </Loaded>
              )}
              {needsAccess && (
                <Loaded from={requestForm}>
                  {({ RequestForm }) => <RequestForm document={session.id} onEntered={retry} />}
                </Loaded>
              )}
              {problem.kind === 'not-here' && problem.why === 'sign-in' ? (
                <SignInLink />
              ) : (
                <Button look={problem.kind === 'not-here' ? 'primary' : 'plain'} onClick={retry}>
                  {t('tryAgain')}
                </Button>
              )}
              {problem.kind === 'not-here' && problem.why === 'blocked' && (
                <Button render={<Link to="/help/connection" />}>{t('chip.blockedHelp')}</Button>
              )}
              <Button render={<Link to="/" />}>{t('allDocuments')}</Button>
              <UnconfirmedButton />
            </>
          }
        >
          {textOf(problem, t)}
        </FullPage>
      </main>
    </>
  );
}

export function NoDocument() {
  const { t } = useTranslation();
  useScreenTitle(t('problem.notFound'));
  return (
    <>
      <ScreenHeader>{null}</ScreenHeader>
      <main id="main" tabIndex={-1} className="outline-none">
        <FullPage
          title={t('problem.notFound')}
          action={
            <Button look="primary" render={<Link to="/" />}>
              {t('allDocuments')}
            </Button>
          }
        >
          {ERRORS['not-found'].sentence}
        </FullPage>
      </main>
    </>
  );
}

function textOf(problem: Problem, t: Translate): string {
  // The same for a document that does not exist as for one of others (PO8).
  if (problem.kind === 'ended' && problem.code === 'not-found') return t('problem.needAccessText');
  if (problem.kind === 'ended') return problem.message;
  if (problem.why === 'unreachable') return t('problem.notHereText');
  return t(`chip.about.${problem.why}`);
}
