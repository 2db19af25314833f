/** Whether the person is there: a tab that nobody sees, or has touched for a while, is idle. */
const IDLE_AFTER_MS = 60_000;
const SIGNS_OF_LIFE = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Returns the way to stop. */
export function watchIdle(changed: (idle: boolean) => void): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isIdle = false;
  const set = (idle: boolean) => {
    if (idle === isIdle) return;
    isIdle = idle;
    changed(idle);
  };
  const alive = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return set(true);
    timer = setTimeout(() => set(true), IDLE_AFTER_MS);
    set(false);
  };
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, alive, { signal, passive: true });
  document.addEventListener('visibilitychange', alive, { signal });
  alive();
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
