import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';

/**
 * A path that the service worker passes to the network. A sign-in proxy answers it with its own page; the server
 * redirects back to the given path.
 */
function signInAddress({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string {
  return `/sign-in?to=${encodeURIComponent(pathname + search)}`;
}

let isLeaving = false;

/** Suppresses the question before leaving: this device stores the work until the person is back. */
export function leaveToSignIn(): void {
  isLeaving = true;
}

export function isLeavingToSignIn(): boolean {
  return isLeaving;
}

export function SignInLink() {
  const { t } = useTranslation();
  return (
    <Button
      look="primary"
      render={
        <a href={signInAddress(location)} onClick={leaveToSignIn}>
          {t('signIn')}
        </a>
      }
    />
  );
}
