import { useEffect } from 'react';
import { useServices } from '../session/services.ts';

/** Asks before the page is left while something in it is not confirmed. Going elsewhere within the application loses nothing. */
export function useLeaveGuard(): void {
  const { client, commands } = useServices();
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (client.unsaved || !commands.state.get().kept) event.preventDefault();
    };
    addEventListener('beforeunload', leaving);
    return () => removeEventListener('beforeunload', leaving);
  }, [client, commands]);
}
