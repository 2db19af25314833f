import { Deferred, useDeferred } from '../components/deferred.tsx';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useShortcut } from '../screen/use-shortcut.ts';

const palette = new Deferred(() => import('./palette.tsx'));
const isOpen = new Observable(false);

export function openPalette(): void {
  isOpen.set(true);
}

export function PaletteHost() {
  const open = useObservable(isOpen);
  const loaded = useDeferred(palette, open, () => isOpen.set(false));
  useShortcut('palette', openPalette);
  if (loaded === null) return null;
  return <loaded.Palette open={open} onOpenChange={(next) => isOpen.set(next)} />;
}
