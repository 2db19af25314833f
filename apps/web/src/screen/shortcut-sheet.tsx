import { useTranslation } from '../translation/translation.ts';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useShortcut } from './use-shortcut.ts';

const list = new Deferred(() => import('./shortcut-list.tsx'));
const isOpen = new Observable(false);

export function openShortcutSheet(): void {
  isOpen.set(true);
}

export function ShortcutSheet() {
  const { t } = useTranslation();
  const open = useObservable(isOpen);
  useShortcut('help', openShortcutSheet);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => isOpen.set(next)}
      title={t('shortcuts.title')}
      place="middle"
    >
      <Loaded from={list}>{({ ShortcutList }) => <ShortcutList />}</Loaded>
    </Dialog>
  );
}
