/**
 * Signing out: the session ends at the server, and everything that this device keeps goes, because the next
 * person at it must not read it. Other tabs of this browser follow.
 */
import { answerWithin, BROWSER_DATABASES, systemClock, type Client } from '@tandem/client';
import { post } from './request.ts';
import { forgetAll, watchForgotten } from './device-storage.ts';

/**
 * The page loads anew, as a new guest's.
 *
 * @throws RequestFailed when the server does not answer: then nothing has changed
 */
export async function signOut(client: Client): Promise<void> {
  await post('/api/session/end');
  // First what cannot fail: other tabs follow by it.
  await letGo(client);
  forgetAll();
  await within(forgetDatabases);
  location.replace('/');
}

/** Leaves when another tab has signed out. */
export function followSignOut(client: Client): void {
  watchForgotten(() => void letGo(client).then(() => location.replace('/')));
}

/** Nobody is asked to stay for work that was given up. */
async function letGo(client: Client): Promise<void> {
  hasLeft = true;
  // Before it comes back as somebody else.
  client.connection.close();
  await within(() => client.close());
}

/** A device that does not answer, or refuses, keeps nobody here. */
async function within(step: () => Promise<unknown>): Promise<void> {
  await answerWithin(step, { clock: systemClock }).catch(() => undefined);
}

let hasLeft = false;

export function isSignedOut(): boolean {
  return hasLeft;
}

async function forgetDatabases(): Promise<void> {
  await Promise.allSettled(BROWSER_DATABASES.map((name) => deleteDatabase(name)));
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(name);
    for (const end of ['success', 'error'] as const)
      deleting.addEventListener(end, () => resolve());
    // It goes as soon as the last tab that has it open lets go.
    deleting.addEventListener('blocked', () => resolve());
  });
}
