import { Button } from '../components/button.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Popover } from '../components/popover.tsx';
import { useTranslation } from '../translation/translation.ts';
import type { SharingProps } from './sharing.tsx';

const sharing = new Deferred(() => import('./sharing.tsx'));

export function Share(props: SharingProps) {
  const { t } = useTranslation();
  return (
    <Popover
      title={t('share.title')}
      align="end"
      className="w-96"
      needs={sharing}
      trigger={<Button look="primary">{t('share.open')}</Button>}
    >
      <Loaded from={sharing}>{({ Sharing }) => <Sharing {...props} />}</Loaded>
    </Popover>
  );
}
