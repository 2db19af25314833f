import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';

/**
 * An address that no service worker answers, so that the browser really asks for it. A proxy that wants people to sign
 * in answers with its own page; the server itself sends them back to where they were.
 */
function signInAddress({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string {
  return `/sign-in?to=${encodeURIComponent(pathname + search)}`;
}

let isLeaving = false;

/** Nobody is asked to stay for work that this device keeps until they are back. */
function leaveToSignIn(): void {
  isLeaving = true;
}

export function isLeavingToSignIn(): boolean {
  return isLeaving;
}

/** Leaves the page: what stands in front of the server shows its own page, and sends the person back here. */
export function SignInLink() {
  const { t } = useTranslation();
  return (
    <Button
      look="primary"
      nativeButton={false}
      render={
        <a href={signInAddress(location)} onClick={leaveToSignIn}>
          {t('signIn')}
        </a>
      }
    />
  );
}
