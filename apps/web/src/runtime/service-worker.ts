/**
 * The service worker: it keeps the application on this device, so that a reload without a network works.
 * A new version is fetched in the background and waits; it takes over when the person says so, never by itself.
 */
import { answerWithin, systemClock } from '@tandem/client';
import { Observable } from './observable.ts';

/** How often a page that stays open asks whether there is a new version. */
const CHECK_EVERY_MS = 60 * 60_000;

/** Whether a new version is waiting. */
export const newVersion = new Observable(false);

let registration: ServiceWorkerRegistration | null = null;

export async function startServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD) return;
  try {
    watch(await navigator.serviceWorker.register('/sw.js'));
  } catch {
    // Without one, the page works as before, but needs the network to load.
  }
}

function watch(registered: ServiceWorkerRegistration): void {
  registration = registered;
  const look = () =>
    newVersion.set(registered.waiting !== null && navigator.serviceWorker.controller !== null);
  look();
  registered.addEventListener('updatefound', () =>
    registered.installing?.addEventListener('statechange', look),
  );
  setInterval(() => void registered.update().catch(() => undefined), CHECK_EVERY_MS);
}

/** Loads the page anew, with the newest version that is here. */
export async function reloadPage(): Promise<void> {
  try {
    await answerWithin(takeNewVersion, { clock: systemClock });
  } catch {
    // As the browser loads it.
  }
  location.reload();
}

/** Resolves when the version that was waiting, if any, has taken over. */
async function takeNewVersion(): Promise<void> {
  await registration?.update().catch(() => undefined);
  const waiting = registration?.waiting ?? null;
  if (waiting === null) return;
  await new Promise<void>((resolve) => {
    const taken = () => resolve();
    navigator.serviceWorker.addEventListener('controllerchange', taken, { once: true });
    waiting.postMessage({ type: 'SKIP_WAITING' });
  });
}
