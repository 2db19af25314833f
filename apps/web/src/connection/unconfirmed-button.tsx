import type { UnconfirmedWork } from '@tandem/client';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { openUnconfirmedDrawer } from './unconfirmed-drawer-state.ts';
import { useUnconfirmed } from './unconfirmed.ts';

/** The way to what is not confirmed, where there is any. */
export function UnconfirmedButton({ onOpen }: { readonly onOpen?: () => void }) {
  const { t } = useTranslation();
  const work = useUnconfirmed();
  if (work.length === 0) return null;
  const count = documentsOf(work);
  return (
    <Button
      onClick={() => {
        onOpen?.();
        openUnconfirmedDrawer();
      }}
    >
      {count === 0 ? t('unconfirmed.openOther') : t('unconfirmed.open', { count })}
    </Button>
  );
}

/** How many. A change of one's name is in none. */
function documentsOf(work: readonly UnconfirmedWork[]): number {
  return new Set(work.flatMap(({ document }) => document ?? [])).size;
}
