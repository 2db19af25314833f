import { useId, useState } from 'react';
import { Button } from '../components/button.tsx';
import { failureOf, post } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';

interface PasswordFormProps {
  readonly document: string;
  readonly onEntered: () => void;
}

/** Enters by a link with a password: offered for every address, so that it does not tell whether there is one (PO13). */
export function PasswordForm({ document, onEntered }: PasswordFormProps) {
  const { t } = useTranslation();
  const { account } = useServices();
  const [isOpen, setIsOpen] = useState(false);
  const [password, setPassword] = useState('');
  const [isWaiting, setIsWaiting] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const label = useId();
  if (!isOpen)
    return <Button onClick={() => setIsOpen(true)}>{t('sharing.request.havePassword')}</Button>;
  const enter = async () => {
    setFailure(null);
    setIsWaiting(true);
    try {
      const path = `/api/documents/${document}/link/entry`;
      await post(path, { body: { password }, fetch: account.fetch });
      onEntered();
    } catch (error) {
      const failed = failureOf(error);
      setFailure(failed.kind === 'refused' ? failed.error.message : t('sharing.password.failed'));
    }
    setIsWaiting(false);
  };
  return (
    <form
      className="flex w-full flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <label htmlFor={label} className="text-small text-ink-3">
        {t('sharing.request.password')}
      </label>
      <div className="flex gap-2">
        <input
          id={label}
          type="password"
          value={password}
          required
          autoFocus
          autoComplete="off"
          onChange={({ target }) => setPassword(target.value)}
          className="h-8 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui pointer-coarse:h-10"
        />
        <Button type="submit" disabled={isWaiting}>
          {t('sharing.request.open')}
        </Button>
      </div>
      {failure !== null && (
        <p role="alert" className="text-small text-bad">
          {failure}
        </p>
      )}
    </form>
  );
}
