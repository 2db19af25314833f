import { useEffect } from 'react';
import { isLeavingToSignIn } from '../connection/sign-in-address.ts';
import { useServices } from '../session/services.ts';
import { isSignedOut } from '../session/sign-out.ts';

/** Asks before the page is left while something in it is not confirmed. Going elsewhere within the application loses nothing. */
export function useLeaveGuard(): void {
  const { client } = useServices();
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (client.unsaved && !isSignedOut() && !(client.durable && isLeavingToSignIn()))
        event.preventDefault();
    };
    addEventListener('beforeunload', leaving);
    return () => removeEventListener('beforeunload', leaving);
  }, [client]);
}
