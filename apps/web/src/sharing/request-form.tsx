import { MAX_REQUEST_MESSAGE_LENGTH, type Call } from '@tandem/protocol';
import { signInOptions } from '@tandem/protocol/accounts';
import { useCallback, useEffect, useId, useState } from 'react';
import { Button } from '../components/button.tsx';
import { isolated } from '../languages/names.ts';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useRefusal } from '../session/refusals.ts';
import { get } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';
import { PasswordForm } from './password-form.tsx';
import './sharing-words.ts';

/** For which documents a request was sent from this page, and by whom. */
const requested = new Observable<ReadonlySet<string>>(new Set());

/** The same function for each drawing, so that it focuses once. */
const focus = (notice: HTMLElement | null) => notice?.focus();

interface RequestFormProps {
  readonly document: string;
  /** The password of the link was right: the document can be opened. */
  readonly onEntered: () => void;
}

/** Asks for access to a document, which may not exist: the person learns nothing of that (PO8). */
export function RequestForm(props: RequestFormProps) {
  return (
    <>
      <Request document={props.document} />
      <PasswordForm {...props} />
      <ByAddress />
    </>
  );
}

/** What to do if the document was shared with an address (IA2): said for every document, where addresses can be confirmed. */
function ByAddress() {
  const { t } = useTranslation();
  const { account } = useServices();
  const [isPossible, setIsPossible] = useState(false);
  useEffect(() => {
    let isOver = false;
    get('/api/account/options', { answer: signInOptions, fetch: account.fetch }).then(
      ({ sendsMail, providers }) => isOver || setIsPossible(sendsMail || providers.length > 0),
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [account]);
  if (!isPossible) return null;
  return <p className="w-full text-small text-ink-3">{t('sharing.request.byAddress')}</p>;
}

function Request({ document }: Pick<RequestFormProps, 'document'>) {
  const { t } = useTranslation();
  const { account, client, refusals } = useServices();
  const { user } = useObservable(account.state);
  const request = `${user?.id ?? ''} ${document}`;
  const isSent = useObservable(requested).has(request);
  const isOurs = useCallback(
    ({ name, input }: Call) => name === 'access:request' && input.document === document,
    [document],
  );
  const [refusal, clearRefusal] = useRefusal(refusals, isOurs);
  const [message, setMessage] = useState('');
  const [wasSentHere, setSentHere] = useState(false);
  const label = useId();
  if (isSent && refusal === null)
    return (
      <p
        role="status"
        tabIndex={-1}
        // The field that had the focus is gone.
        ref={wasSentHere ? focus : undefined}
        className="w-full text-ui text-ink-2"
      >
        {t('sharing.request.sent')}
      </p>
    );
  return (
    <form
      className="flex w-full flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        clearRefusal();
        client.commands.run({ name: 'access:request', input: { document, message } });
        setSentHere(true);
        requested.set(new Set([...requested.get(), request]));
      }}
    >
      <label htmlFor={label} className="text-small text-ink-3">
        {t('sharing.request.message')}
      </label>
      <input
        id={label}
        value={message}
        maxLength={MAX_REQUEST_MESSAGE_LENGTH}
        autoComplete="off"
        onChange={({ target }) => setMessage(target.value)}
        className="h-8 rounded-box border border-line-strong bg-canvas px-2 text-ui pointer-coarse:h-10"
      />
      {user !== null && (
        <p className="text-small text-ink-3">
          {t('sharing.request.as', { name: isolated(user.name) })}
        </p>
      )}
      {refusal !== null && (
        <p role="alert" className="text-small text-bad">
          {refusal}
        </p>
      )}
      <Button type="submit" look="primary" className="self-start">
        {t('sharing.request.send')}
      </Button>
    </form>
  );
}
