import { MAX_NAME_LENGTH } from '@tandem/protocol';
import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { useFirstFocus } from './use-first-focus.ts';

interface GroupNameFormProps {
  readonly label: string;
  readonly submit: string;
  /** The name that it has. */
  readonly name?: string;
  readonly isRunning: boolean;
  readonly problem: string | null;
  readonly onSubmit: (name: string) => void;
  readonly onCancel: () => void;
}

/** Takes the focus when it appears. */
export function GroupNameForm(props: GroupNameFormProps) {
  const { label, submit, name: first = '', isRunning, problem, onSubmit, onCancel } = props;
  const { t } = useTranslation();
  const [name, setName] = useState(first);
  const field = useFirstFocus<HTMLInputElement>();
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isRunning) onSubmit(name.trim());
      }}
      onKeyDown={({ key, nativeEvent }) => {
        if (key === 'Escape' && !nativeEvent.isComposing) onCancel();
      }}
    >
      <input
        ref={field}
        value={name}
        onChange={({ target }) => setName(target.value)}
        placeholder={label}
        aria-label={label}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="off"
        className="h-8.5 min-w-0 flex-1 basis-64 rounded-box border border-line-strong bg-canvas px-2.5 text-ui pointer-coarse:h-11"
      />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={isRunning || name.trim() === ''}>
          {submit}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
      <p role="alert" className="basis-full text-ui text-bad empty:hidden">
        {problem}
      </p>
    </form>
  );
}
