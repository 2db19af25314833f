/**
 * The service worker stores the application on this device, so that the page loads without a network. A new version is
 * fetched in the background and takes over only when the person reloads the page.
 */
import { answerWithin, systemClock } from '@tandem/client';
import { Observable } from './observable.ts';

const CHECK_EVERY_MS = 60 * 60_000;

export const newVersion = new Observable(false);

let registration: ServiceWorkerRegistration | null = null;

export async function startServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD) return;
  try {
    watch(await navigator.serviceWorker.register('/sw.js'));
  } catch {
    // Without a service worker the page works, but needs the network to load.
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

export async function reloadPage(): Promise<void> {
  try {
    await answerWithin(takeNewVersion, { clock: systemClock });
  } catch {
    // Reload without the new version.
  }
  location.reload();
}

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
