/**
 * Signing out ends the session at the server and deletes everything on this device, because the next person at it must
 * not read it. Other tabs of this browser follow.
 */
import { answerWithin, BROWSER_DATABASES, systemClock, type Client } from '@tandem/client';
import { deleteAll, watchOtherTabs } from './device-storage.ts';
import { IMAGES_DATABASE } from '../image-cache/images-database.ts';
import { UPLOADS_DATABASE } from '../uploads/uploads-database.ts';
import { post } from './request.ts';

/**
 * Signs out, and reloads the page as a new guest.
 *
 * @throws RequestFailed when the server does not answer: nothing has changed then
 */
export async function signOut(client: Client): Promise<void> {
  isSigningOut = true;
  try {
    await post('/api/session/end', { fetch: client.fetch });
  } catch (error) {
    isSigningOut = false;
    throw error;
  }
  // Before the steps that can fail: other tabs follow this one.
  await disconnect(client);
  deleteAll();
  await attempt(deleteDatabases);
  await attempt(deletePrivateFiles);
  location.replace('/');
}

/** This page follows what other tabs of the browser do with the session. */
export function followOtherTabs(client: Client): void {
  watchOtherTabs({
    onDeleted: () => void disconnect(client).then(() => location.replace('/')),
    // Another tab may become the next guest first: this page leaves the document, and does not load it again.
    onOtherUser: () => {
      if (!isSigningOut) void becomeOther(client);
    },
    onSignedIn: () => client.connection.tryNow(),
  });
}

/** Shows the page as the user whose session has begun. */
export async function becomeOther(client: Client): Promise<void> {
  await disconnect(client);
  location.reload();
}

/** Suppresses the question before leaving: the person has given up the unconfirmed work. */
export async function disconnect(client: Client): Promise<void> {
  hasSignedOut = true;
  // Closed first, so that it cannot reconnect as the next guest.
  client.connection.close();
  await attempt(() => client.close());
}

async function attempt(step: () => Promise<unknown>): Promise<void> {
  await answerWithin(step, { clock: systemClock }).catch(() => undefined);
}

let isSigningOut = false;
let hasSignedOut = false;

export function isSignedOut(): boolean {
  return hasSignedOut;
}

async function deleteDatabases(): Promise<void> {
  await Promise.allSettled(
    [...BROWSER_DATABASES, UPLOADS_DATABASE, IMAGES_DATABASE].map((name) => deleteDatabase(name)),
  );
}

/** Such as an export of all documents. */
async function deletePrivateFiles(): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  for await (const name of folder.keys()) await folder.removeEntry(name, { recursive: true });
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(name);
    for (const end of ['success', 'error'] as const)
      deleting.addEventListener(end, () => resolve());
    // The browser deletes it once the last tab closes it.
    deleting.addEventListener('blocked', () => resolve());
  });
}
