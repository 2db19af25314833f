/** How far each entry of the history was scrolled: the browser restores it before the screen is drawn, and too early. */

const KEY = 'scrolled';
const MAX_ENTRIES = 50;
/** A list may still be on its way when a person returns to it. */
const RESTORE_WITHIN_MS = 2_000;
const INPUTS = ['wheel', 'pointerdown', 'keydown', 'touchstart'] as const;

let positions: Map<string, number> | null = null;
let stopRestoring = (): void => undefined;

/** @param currentEntry the entry of the history that is shown */
export function rememberScrolling(currentEntry: () => string): void {
  history.scrollRestoration = 'manual';
  addEventListener('scroll', () => remember(currentEntry()), { passive: true });
  addEventListener('pagehide', write);
}

export function scrollToStart(): void {
  stopRestoring();
  scrollTo(0, 0);
}

/** Scrolls as soon as the page is long enough, unless the person does something first. */
export function restoreScrolling(entry: string): void {
  stopRestoring();
  const wanted = stored().get(entry) ?? 0;
  scrollTo(0, wanted);
  if (Math.abs(scrollY - wanted) < 1) return;
  const observer = new ResizeObserver(() => {
    scrollTo(0, wanted);
    if (Math.abs(scrollY - wanted) < 1) stopRestoring();
  });
  const timer = setTimeout(() => stopRestoring(), RESTORE_WITHIN_MS);
  stopRestoring = () => {
    observer.disconnect();
    clearTimeout(timer);
    for (const input of INPUTS) removeEventListener(input, stopRestoring);
    stopRestoring = () => undefined;
  };
  for (const input of INPUTS) addEventListener(input, stopRestoring);
  observer.observe(document.body);
}

function remember(entry: string): void {
  const known = stored();
  known.delete(entry);
  known.set(entry, scrollY);
  const oldest = known.keys().next();
  if (known.size > MAX_ENTRIES && oldest.done !== true) known.delete(oldest.value);
}

function stored(): Map<string, number> {
  positions ??= new Map(read());
  return positions;
}

function read(): readonly (readonly [string, number])[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(found) ? found.filter(isPosition) : [];
  } catch {
    return [];
  }
}

function isPosition(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
}

function write(): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...stored()]));
  } catch {
    // A reload then begins at the top.
  }
}
