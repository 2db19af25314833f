/**
 * The service worker: it keeps the application on this device, so that a reload without a network works.
 * A new version is fetched in the background and waits; it takes over when the person says so, never by itself.
 */
import { Observable } from '../observable.ts';

/** How often a page that stays open asks whether there is a new version. */
const CHECK_EVERY_MS = 60 * 60_000;

/** Whether a new version is waiting. */
export const newVersion = new Observable(false);

let registration: ServiceWorkerRegistration | null = null;

export function startServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Without one, the page works as before, but needs the network to load.
  navigator.serviceWorker
    .register('/sw.js')
    .then(watch)
    .catch(() => undefined);
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
  await registration?.update().catch(() => undefined);
  const waiting = registration?.waiting ?? null;
  if (waiting === null) return location.reload();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  });
  waiting.postMessage({ type: 'SKIP_WAITING' });
}
