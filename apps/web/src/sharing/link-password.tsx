import type { SharingState } from '@tandem/protocol';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { toast } from '../components/toast.ts';
import { failureOf, post } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';

interface LinkPasswordProps {
  readonly document: string;
  readonly sharing: SharingState;
  /** Otherwise the person only sees whether there is one. */
  readonly isOwner: boolean;
}

/** Whether the document's own link needs a password (PO12). It never passes through the outbox, which keeps what it has. */
export function LinkPassword({ document, sharing, isOwner }: LinkPasswordProps) {
  const { t } = useTranslation();
  const { account } = useServices();
  const { link, isLinkInherited, hasPassword } = sharing;
  const [entered, setEntered] = useState<string | null>(null);
  const [wasEntered, setWasEntered] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  if (link === 'off' || isLinkInherited || (!hasPassword && !isOwner)) return null;
  const set = async (password: string | null) => {
    setFailure(null);
    try {
      const path = `/api/documents/${document}/link/password`;
      await post(path, { body: { password }, fetch: account.fetch });
      setWasEntered(password !== null);
      setEntered(null);
      toast(t(password === null ? 'sharing.password.removed' : 'sharing.password.saved'));
    } catch (error) {
      const failed = failureOf(error);
      setFailure(failed.kind === 'refused' ? failed.error.message : t('sharing.password.failed'));
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-x-1 ps-9">
      <p className="min-w-0 flex-1 basis-44 text-small text-ink-2">
        {t(hasPassword ? 'sharing.password.needed' : 'sharing.password.notNeeded')}
      </p>
      {isOwner && entered === null && (
        <div className="-mx-2 flex">
          <Button
            look="quiet"
            // The field that had the focus is gone.
            autoFocus={wasEntered}
            onClick={() => setEntered('')}
          >
            {t(hasPassword ? 'sharing.password.change' : 'sharing.password.set')}
          </Button>
          {hasPassword && (
            <Button look="quiet" onClick={() => void set(null)}>
              {t('sharing.password.remove')}
            </Button>
          )}
        </div>
      )}
      {isOwner && entered !== null && (
        <form
          className="mt-1 flex w-full gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void set(entered ?? '');
          }}
        >
          <input
            // As text: the owner passes it on to others.
            value={entered}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            aria-label={t('sharing.password.new')}
            placeholder={t('sharing.password.new')}
            onChange={({ target }) => setEntered(target.value)}
            className="h-7.5 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui pointer-coarse:h-9"
          />
          <Button type="submit">{t('sharing.password.save')}</Button>
        </form>
      )}
      {failure !== null && (
        <p role="alert" className="w-full text-small text-bad">
          {failure}
        </p>
      )}
    </div>
  );
}
