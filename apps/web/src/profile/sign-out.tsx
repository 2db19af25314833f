import { useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { failureOf } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { signOut } from '../session/sign-out.ts';
import { hasUnsentUploads } from '../uploads/document-files.ts';
import { useUnconfirmed } from '../unconfirmed/unconfirmed-work.ts';

export function SignOut() {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  return (
    <div className="border-t border-line pt-3">
      {isAsking ? (
        <Question cancel={() => setAsking(false)} />
      ) : (
        <Button onClick={() => setAsking(true)}>{t('signOut.open')}</Button>
      )}
    </div>
  );
}

function Question({ cancel }: { readonly cancel: () => void }) {
  const { t } = useTranslation();
  const { account, client } = useServices();
  const work = useUnconfirmed();
  const hasUnsent = useUnsentUploads();
  const [isLeaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const leave = () => {
    setLeaving(true);
    setProblem(null);
    signOut(client).catch((thrown: unknown) => {
      const failure = failureOf(thrown);
      setLeaving(false);
      setProblem(failure.kind === 'refused' ? failure.error.message : t('signOut.unreachable'));
    });
  };
  return (
    <div role="group" aria-label={t('signOut.open')} className="flex flex-col gap-2 text-ui">
      <p>{t(account.hasAccount ? 'signOut.askAccount' : 'signOut.ask')}</p>
      {work.length > 0 && <p className="font-medium text-bad">{t('signOut.unconfirmed')}</p>}
      {hasUnsent && <p className="font-medium text-bad">{t('signOut.uploads')}</p>}
      <p role="alert" className="text-bad empty:hidden">
        {problem}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button autoFocus onClick={cancel}>
          {t('cancel')}
        </Button>
        <Button look="danger" disabled={isLeaving} onClick={leave}>
          {t('signOut.open')}
        </Button>
      </div>
    </div>
  );
}

/** Asked again and again, since uploads go on meanwhile. */
const ASK_MS = 1_000;

function useUnsentUploads(): boolean {
  const [hasUnsent, setUnsent] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    const ask = async (): Promise<void> => {
      const answer = await hasUnsentUploads();
      if (isCurrent) setUnsent(answer);
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, []);
  return hasUnsent;
}
