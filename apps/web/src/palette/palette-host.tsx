import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useShortcut } from '../screen/use-shortcut.ts';
import type { Palette as LoadedPalette } from './palette.tsx';

const load = () => import('./palette.tsx');
const LOAD_AFTER_MS = 2_000;

const isOpen = new Observable(false);

export function openPalette(): void {
  isOpen.set(true);
}

/** Loads the palette when the page is at rest, because it is not needed for the first document. */
export function PaletteHost() {
  const { t } = useTranslation();
  const open = useObservable(isOpen);
  const [loaded, setLoaded] = useState<{ readonly Palette: typeof LoadedPalette } | null>(null);
  useShortcut('palette', openPalette);
  useEffect(() => {
    if (loaded !== null || (!open && !navigator.onLine)) return;
    const fail = () => {
      if (!open) return;
      isOpen.set(false);
      toast.error(t('palette.notLoaded'));
    };
    const run = () => void load().then(setLoaded, fail);
    const timer = setTimeout(run, open ? 0 : LOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [open, loaded, t]);
  if (loaded === null) return null;
  return <loaded.Palette open={open} onOpenChange={(next) => isOpen.set(next)} />;
}
