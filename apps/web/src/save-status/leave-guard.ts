import { useEffect } from 'react';
import { useServices } from '../session/services.ts';
import { isLeavingToSignIn } from '../session/sign-in.tsx';
import { isSignedOut } from '../session/sign-out.ts';
import { warnsBeforeLeaving } from './save-status.ts';

/** Asks before the browser leaves the page with unconfirmed work. Navigation within the application loses nothing. */
export function useLeaveGuard(): void {
  const { client } = useServices();
  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      const departure = isSignedOut() ? 'signed-out' : isLeavingToSignIn() ? 'sign-in' : 'unknown';
      const { unsaved, durable } = client;
      if (warnsBeforeLeaving({ unsaved, durable, departure })) event.preventDefault();
    };
    addEventListener('beforeunload', onBeforeUnload);
    return () => removeEventListener('beforeunload', onBeforeUnload);
  }, [client]);
}
