import type { DocumentSession } from '@tandem/client';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';
import { duplicate } from '../copies/duplication.ts';

interface RescueButtonProps {
  readonly session: DocumentSession;
  readonly title: string;
}

/** Makes a new document from what this device has of one that the server lost (RS7). */
export function RescueButton({ session, title }: RescueButtonProps) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const [isRunning, setRunning] = useState(false);
  const rescue = async () => {
    setRunning(true);
    const original = {
      session,
      title: title || t('untitled'),
      library: library.state,
      isRescue: true,
    };
    await duplicate(original, client).finally(() => setRunning(false));
  };
  return (
    <Button look="primary" disabled={isRunning} onClick={() => void rescue()}>
      {t('duplicate.rescue')}
    </Button>
  );
}
