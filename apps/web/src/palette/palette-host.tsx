import { lazy, Suspense, useEffect, useState } from 'react';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useShortcut } from '../screen/use-shortcut.ts';

const load = () => import('./palette.tsx');
const Palette = lazy(async () => ({ default: (await load()).Palette }));
const LOAD_AFTER_MS = 2_000;

const isOpen = new Observable(false);

export function openPalette(): void {
  isOpen.set(true);
}

/** Loads the palette when the page is at rest, because it is not needed for the first document. */
export function PaletteHost() {
  const open = useObservable(isOpen);
  const [wasOpened, setOpened] = useState(false);
  if (open && !wasOpened) setOpened(true);
  useShortcut('palette', openPalette);
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), LOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!wasOpened) return null;
  return (
    <Suspense>
      <Palette open={open} onOpenChange={(next) => isOpen.set(next)} />
    </Suspense>
  );
}
