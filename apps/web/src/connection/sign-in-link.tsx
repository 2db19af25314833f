import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { leaveToSignIn, signInAddress } from './sign-in-address.ts';

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
