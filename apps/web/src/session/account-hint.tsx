import { useTranslation } from '../translation/translation.ts';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from './services.ts';

/** A problem of the connection that does not prevent work. */
export function AccountHint({ className }: { readonly className?: string }) {
  const { t } = useTranslation();
  const { hint } = useObservable(useServices().account.state);
  if (hint === null) return null;
  return (
    <p role="status" className={className}>
      {hint.kind === 'no-cookies'
        ? t('hint.noCookies')
        : t('hint.notEncrypted', { address: hint.address })}
    </p>
  );
}
