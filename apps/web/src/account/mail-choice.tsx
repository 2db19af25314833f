import { DIGEST_FREQUENCIES, type Account } from '@tandem/protocol/accounts';
import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import type { AccountRequests } from './account-requests.ts';
import { RadioChoice } from './radio-choice.tsx';
import { useAccountAction } from './use-account-action.ts';

interface MailChoiceProps {
  readonly account: Account;
  readonly requests: AccountRequests;
}

/** How often a person is mailed what they were notified of and have not read. */
export function MailChoice({ account, requests }: MailChoiceProps) {
  const { t } = useTranslation();
  const [mails, setMails] = useState(account.mails);
  const { run, isRunning, problem } = useAccountAction();
  const choose = (frequency: Account['mails']) => {
    setMails(frequency);
    void run(async () => {
      try {
        await requests.chooseMails(frequency);
      } catch (error) {
        setMails(mails);
        throw error;
      }
    });
  };
  return (
    <section aria-labelledby="account-mails" className="flex flex-col gap-2">
      <h3 id="account-mails" className="text-ui font-semibold">
        {t('account.mails.title')}
      </h3>
      {!account.isEmailVerified && (
        <p className="text-small text-ink-2">{t('account.mails.unverified')}</p>
      )}
      <RadioChoice
        label={t('account.mails.text')}
        value={mails}
        isRunning={isRunning}
        options={DIGEST_FREQUENCIES.map((one) => [one, t(`account.mails.${one}`)] as const)}
        onChange={choose}
      />
      <p role="alert" className="text-ui text-bad empty:hidden">
        {problem}
      </p>
    </section>
  );
}
