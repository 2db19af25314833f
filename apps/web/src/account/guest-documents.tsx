import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { useServices } from '../session/services.ts';
import { takeUploadsFromGuests } from '../uploads/document-files.ts';
import { becomeOther } from '../session/sign-out.ts';
import { AccountRequests } from './account-requests.ts';
import { useAccountAction } from './use-account-action.ts';

/** Asks what becomes of what this browser's guest wrote, and shows the page as the account's. */
export function GuestDocuments({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  const services = useServices();
  const action = useAccountAction();
  const choose = (take: boolean) =>
    void action.run(async () => {
      await new AccountRequests(services).chooseForGuest(take);
      if (take) await takeUploadsFromGuests().catch(() => undefined);
      await becomeOther(services.client);
    });
  return (
    <section aria-labelledby="account-guest" className="flex flex-col gap-3">
      <h3 id="account-guest" className="text-ui font-semibold">
        {t('account.guestTitle', { count })}
      </h3>
      <p className="text-ui text-ink-2">{t('account.guestQuestion', { count })}</p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" disabled={action.isRunning} onClick={() => choose(true)}>
          {t('account.guestTake', { count })}
        </Button>
        <Button disabled={action.isRunning} onClick={() => choose(false)}>
          {t('account.guestLeave', { count })}
        </Button>
      </div>
    </section>
  );
}
