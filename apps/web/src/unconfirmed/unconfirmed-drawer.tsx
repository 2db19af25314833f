import type { UnconfirmedWork } from '@tandem/client';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useUnconfirmed } from './unconfirmed-work.ts';

const list = new Deferred(() => import('./unconfirmed-list.tsx'), { preload: 'at once' });

export const unconfirmedDrawer = new Observable(false);

function openUnconfirmedDrawer(): void {
  unconfirmedDrawer.set(true);
}

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

function documentsOf(work: readonly UnconfirmedWork[]): number {
  return new Set(work.flatMap(({ document }) => document ?? [])).size;
}

export function UnconfirmedDrawer() {
  const { t } = useTranslation();
  const isOpen = useObservable(unconfirmedDrawer);
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(open) => unconfirmedDrawer.set(open)}
      title={t('unconfirmed.title')}
      place="right"
    >
      <Loaded from={list}>{({ UnconfirmedList }) => <UnconfirmedList />}</Loaded>
    </Dialog>
  );
}
