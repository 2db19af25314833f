import { MAX_VERSION_TITLE_LENGTH } from '@tandem/protocol';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';

interface VersionNameProps {
  readonly title?: string;
  readonly onName: (title: string) => void;
}

/** The form in which a version gets its name. */
export function VersionName({ title = '', onName }: VersionNameProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState(title);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (value.trim() !== '') onName(value.trim());
  };
  return (
    <form onSubmit={submit} className="mt-2 flex items-center gap-2">
      <input
        // The form is opened to write in it.
        autoFocus
        value={value}
        onChange={({ target }) => setValue(target.value)}
        maxLength={MAX_VERSION_TITLE_LENGTH}
        aria-label={t('history.nameField')}
        placeholder={t('history.namePlaceholder')}
        autoComplete="off"
        className="h-7.5 w-56 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui placeholder:text-ink-3 pointer-coarse:h-9"
      />
      <Button look="primary" type="submit" disabled={value.trim() === ''}>
        {t('history.nameSave')}
      </Button>
    </form>
  );
}
