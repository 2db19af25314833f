import { useTranslation } from '../translation/translation.ts';
import type { PasskeyObstacle } from './passkey-support.ts';

/** Why the page offers no passkeys. */
export function PasskeyNotice({ obstacle }: { readonly obstacle: PasskeyObstacle }) {
  const { t } = useTranslation();
  return (
    <p className="text-small break-words text-ink-2">
      {obstacle.kind === 'elsewhere'
        ? t('account.passkeys.obstacle.elsewhere', { address: obstacle.address })
        : t(`account.passkeys.obstacle.${obstacle.kind}`)}
    </p>
  );
}
