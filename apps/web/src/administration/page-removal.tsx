import { publicationIn } from '@tandem/protocol/public-pages';
import { useId, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useAccountAction } from '../account/use-account-action.ts';
import { Button } from '../components/button.tsx';
import { toast } from '../components/toast.ts';
import type { AdministrationRequests } from './administration-requests.ts';

interface PageRemovalProps {
  readonly requests: Pick<AdministrationRequests, 'removePage'>;
}

/** Takes a page off the web by its address (AD9). */
export function PageRemoval({ requests }: PageRemovalProps) {
  const { t } = useTranslation();
  const [address, setAddress] = useState('');
  const { run, isRunning, problem, fail } = useAccountAction();
  const heading = useId();
  const remove = () => {
    const publication = publicationAt(address);
    if (publication === null) {
      fail(t('administration.web.noAddress'));
      return;
    }
    void run(async () => {
      await requests.removePage(publication);
      setAddress('');
      toast(t('administration.web.removed'));
    });
  };
  return (
    <section aria-labelledby={heading} className="flex flex-col gap-3 border-t border-line pt-4">
      <div>
        <h2 id={heading} className="text-ui font-semibold">
          {t('administration.web.title')}
        </h2>
        <p className="text-small text-ink-2">{t('administration.web.text')}</p>
      </div>
      <form
        className="flex flex-wrap gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          remove();
        }}
      >
        <input
          value={address}
          onChange={({ target }) => setAddress(target.value)}
          placeholder={t('administration.web.address')}
          aria-label={t('administration.web.address')}
          autoComplete="off"
          className="h-8.5 min-w-0 flex-1 basis-64 rounded-box border border-line-strong bg-canvas px-2.5 text-ui pointer-coarse:h-11"
        />
        <Button type="submit" look="danger" disabled={isRunning || address.trim() === ''}>
          {t('administration.web.remove')}
        </Button>
      </form>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {problem}
      </p>
    </section>
  );
}

/** Of the address of a page, or of one of its files. */
function publicationAt(address: string): string | null {
  return publicationIn(/\/p\/([^/?#\s]+)/.exec(address)?.[1] ?? '');
}
