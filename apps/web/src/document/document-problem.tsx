import type { DocumentSession } from '@tandem/client';
import { ERRORS, type ErrorBody, type ErrorCode } from '@tandem/protocol';
import { Link } from '../navigation/link.tsx';
import type { Translate } from '../translation/translation.ts';
import { useEffect } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { FullPage } from '../components/feedback.tsx';
import { stopCatching } from '../components/typed-ahead.ts';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { SignInLink } from '../session/sign-in.tsx';
import { UnconfirmedButton } from '../unconfirmed/unconfirmed-drawer.tsx';
import type { DocumentFacts } from './use-document-facts.ts';

const TITLES = {
  'not-found': 'problem.needAccess',
  'not-restored': 'problem.notRestored',
  'in-trash': 'problem.inTrash',
  forbidden: 'problem.needAccess',
  'document-damaged': 'problem.damaged',
} as const satisfies Partial<Record<ErrorCode, string>>;

type Ending = keyof typeof TITLES;

const rescue = new Deferred(() => import('./rescue-button.tsx'));
const requestForm = new Deferred(() => import('../sharing/request-form.tsx'));

export type Problem =
  | { readonly kind: 'ended'; readonly code: Ending; readonly message: string }
  | { readonly kind: 'not-here'; readonly why: 'blocked' | 'sign-in' | 'unreachable' };

/** The reason why the document cannot be shown; null for one that was created on this device. */
export function problemOf(facts: DocumentFacts): Problem | null {
  const { kind, cutOff, ended, isUnknownToServer } = facts;
  if (isUnknownToServer) return null;
  if (ended !== null && isEnding(ended))
    return { kind: 'ended', code: ended.code, message: ended.message };
  if (kind !== null || cutOff === null) return null;
  if (cutOff === 'sign-in') return { kind: 'not-here', why: 'sign-in' };
  return { kind: 'not-here', why: cutOff === 'socket-blocked' ? 'blocked' : 'unreachable' };
}

function isEnding(error: ErrorBody): error is ErrorBody & { readonly code: Ending } {
  return error.code in TITLES;
}

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
