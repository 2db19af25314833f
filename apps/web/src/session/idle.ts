/** The person's presence: `idle` after a minute without input, `away` after ten minutes, or while the tab is hidden. */
import type { PresenceState } from '@tandem/protocol';

const IDLE_AFTER_MS = 60_000;
const AWAY_AFTER_MS = 600_000;
const SIGNS_OF_LIFE = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

export function watchPresence(changed: (state: PresenceState) => void): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let state: PresenceState = 'active';
  const set = (next: PresenceState) => {
    if (next === state) return;
    state = next;
    changed(next);
  };
  const alive = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return set('away');
    timer = setTimeout(() => {
      set('idle');
      timer = setTimeout(() => set('away'), AWAY_AFTER_MS - IDLE_AFTER_MS);
    }, IDLE_AFTER_MS);
    set('active');
  };
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, alive, { signal, passive: true });
  document.addEventListener('visibilitychange', alive, { signal });
  alive();
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
