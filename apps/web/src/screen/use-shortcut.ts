import { useEffect, useEffectEvent } from 'react';
import { shortcutOf, type Shortcut } from './shortcuts.ts';

export function useShortcut(shortcut: Shortcut, run: () => void): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || shortcutOf(event) !== shortcut) return;
    event.preventDefault();
    run();
  });
  useEffect(() => {
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
