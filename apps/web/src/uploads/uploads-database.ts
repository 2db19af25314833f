/** Where this device keeps files that it has not sent. A name of its own, so that signing out can delete it. */
export const UPLOADS_DATABASE = 'tandem-uploads';

/** Set while something waits, so that pages without uploads need not load their code. */
const WAITING_KEY = 'tandem.uploads';

export function noteWaiting(isWaiting: boolean): void {
  try {
    if (isWaiting) localStorage.setItem(WAITING_KEY, 'true');
    else localStorage.removeItem(WAITING_KEY);
  } catch {
    // Without storage, nothing waits longer than the page.
  }
}

export function mayHaveWaiting(): boolean {
  try {
    return localStorage.getItem(WAITING_KEY) !== null;
  } catch {
    return false;
  }
}
