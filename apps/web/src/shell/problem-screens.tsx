import { Link } from '../navigation/link.tsx';
import type { Translate } from '../translation/translation.ts';
import { useState, use } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { FullPage } from '../components/feedback.tsx';
import { reloadPage } from '../runtime/service-worker.ts';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import type { Failure } from '../session/request.ts';
import { accountDialog } from '../session/account-dialog.ts';
import { useServices, ServicesContext } from '../session/services.ts';
import { SignInLink } from '../session/sign-in.tsx';

/** The first request for a session failed, so there is nothing to show. The connection retries automatically. */
export function FirstVisitProblem({ failure }: { readonly failure: Failure }) {
  const { t } = useTranslation();
  const { account, client } = useServices();
  const [isAsking, setAsking] = useState(false);
  const retry = () => {
    setAsking(true);
    client.connection.tryNow();
    void account
      .start()
      .catch(() => undefined)
      .finally(() => setAsking(false));
  };
  return (
    <main id="main">
      <FullPage
        title={t(titleOf(failure))}
        action={
          failure.kind === 'sign-in' ? (
            <SignInLink />
          ) : failure.kind === 'refused' && failure.error.code === 'unauthenticated' ? (
            <Button look="primary" onClick={() => accountDialog.set('sign-in')}>
              {t('signIn')}
            </Button>
          ) : (
            <Button look="primary" disabled={isAsking} onClick={retry}>
              {t('tryAgain')}
            </Button>
          )
        }
      >
        {textOf(failure, t)}
      </FullPage>
    </main>
  );
}

function titleOf(failure: Failure) {
  switch (failure.kind) {
    case 'unreachable':
      return 'problem.unreachable';
    case 'sign-in':
      return 'problem.signIn';
    case 'refused':
      return failure.error.temporary ? 'problem.notYet' : 'problem.notLetIn';
  }
}

function textOf(failure: Failure, t: Translate): string {
  if (failure.kind === 'refused') return failure.error.message;
  return t(failure.kind === 'sign-in' ? 'problem.signInText' : 'problem.unreachableText');
}

export function BrokenScreen() {
  const { t } = useTranslation();
  const isKept = use(ServicesContext)?.client.durable !== false;
  return (
    <main id="main">
      <FullPage
        title={t('problem.broken')}
        action={
          <Button look="primary" onClick={() => void reloadPage()}>
            {t('reload')}
          </Button>
        }
      >
        {t(isKept ? 'problem.brokenText' : 'problem.brokenTextUnpersisted')}
      </FullPage>
    </main>
  );
}

export function NotFoundScreen() {
  const { t } = useTranslation();
  useScreenTitle(t('problem.noPage'));
  return (
    <>
      <ScreenHeader>{null}</ScreenHeader>
      <main id="main" tabIndex={-1} className="outline-none">
        <FullPage
          title={t('problem.noPage')}
          action={
            <Button look="primary" render={<Link to="/" />}>
              {t('allDocuments')}
            </Button>
          }
        >
          {t('problem.noPageText')}
        </FullPage>
      </main>
    </>
  );
}

/** The code of a screen is not on this device, and the server does not answer. */
export function NotLoadedScreen({ retry }: { readonly retry: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <ScreenHeader>{null}</ScreenHeader>
      <main id="main" tabIndex={-1} className="outline-none">
        <FullPage
          title={t('problem.unreachable')}
          action={
            <Button look="primary" onClick={retry}>
              {t('tryAgain')}
            </Button>
          }
        >
          {t('notLoaded')}
        </FullPage>
      </main>
    </>
  );
}
