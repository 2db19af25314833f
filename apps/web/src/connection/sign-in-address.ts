/**
 * An address that no service worker answers, so that the browser really asks for it. A proxy that wants people to sign
 * in answers with its own page; the server itself sends them back to where they were.
 */
export function signInAddress({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string {
  return `/sign-in?to=${encodeURIComponent(pathname + search)}`;
}

let isLeaving = false;

/** Nobody is asked to stay for work that this device keeps until they are back. */
export function leaveToSignIn(): void {
  isLeaving = true;
}

export function isLeavingToSignIn(): boolean {
  return isLeaving;
}
