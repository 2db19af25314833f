import { useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { useServices } from '../session/services.ts';
import words from '../languages/trash.en.json' with { type: 'json' };

addTexts(words);

interface TrashActionsProps {
  readonly document: string;
  /** Names the document for screen readers. */
  readonly name: string;
  readonly onPurged?: () => void;
}

/** Restore, and delete for good, which asks once more in place. */
export function TrashActions({ document, name, onPurged }: TrashActionsProps) {
  const { t } = useTranslation();
  const { commands } = useServices().client;
  const [isAsking, setAsking] = useState(false);
  if (isAsking)
    return (
      <div role="group" aria-label={t('trash.ask')} className="flex flex-wrap items-center gap-2">
        <span className="text-ui text-ink-2">{t('trash.ask')}</span>
        <Button
          look="danger"
          aria-label={t('trash.purgeNamed', { name })}
          onClick={() => {
            commands.run({ name: 'document:purge', input: { document } });
            onPurged?.();
          }}
        >
          {t('trash.purge')}
        </Button>
        <Button autoFocus onClick={() => setAsking(false)}>
          {t('trash.keep')}
        </Button>
      </div>
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        aria-label={t('trash.restoreNamed', { name })}
        onClick={() => commands.run({ name: 'document:restore', input: { document } })}
      >
        {t('trash.restore')}
      </Button>
      <Button
        look="quiet"
        aria-label={t('trash.purgeNamed', { name })}
        onClick={() => setAsking(true)}
      >
        {t('trash.purge')}
      </Button>
    </div>
  );
}
