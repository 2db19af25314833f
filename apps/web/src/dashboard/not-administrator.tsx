import { useTranslation } from 'react-i18next';
import { CopyButton } from '../components/copy-button.tsx';
import { FullPage } from '../components/feedback.tsx';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';

export function NotAdministrator({ retry }: { readonly retry: React.ReactNode }) {
  const { t } = useTranslation();
  const { account } = useServices();
  const { user } = useObservable(account.state);
  const setting = `ADMINISTRATORS=${user?.id ?? ''}`;
  return (
    <FullPage
      title={t('dashboard.forbidden')}
      action={
        <>
          <code className="w-full overflow-x-auto rounded-box border border-line bg-side px-3 py-2 font-mono text-ui">
            {setting}
          </code>
          <CopyButton look="primary" text={() => setting}>
            {t('dashboard.copySetting')}
          </CopyButton>
          {retry}
        </>
      }
    >
      {t('dashboard.forbiddenText')}
    </FullPage>
  );
}
