import { useEffect, useState } from 'react';
import { useServices } from '../session/services.ts';
import { cutOffBy, useConnection } from '../session/use-connection.ts';

/** Other tabs open documents too, and do not report it. */
const READ_EVERY_MS = 5_000;

/** Documents that can be opened now, without the server; null while it answers, or while the device does not. */
export function useOnDevice(): ReadonlySet<string> | null {
  const { client } = useServices();
  const isCutOff = cutOffBy(useConnection()) !== null;
  const [onDevice, setOnDevice] = useState<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!isCutOff) return;
    let isStopped = false;
    const read = () =>
      void client.onDevice().then(
        (documents) => !isStopped && setOnDevice(documents),
        () => undefined,
      );
    read();
    const timer = setInterval(read, READ_EVERY_MS);
    return () => {
      isStopped = true;
      clearInterval(timer);
      setOnDevice(null);
    };
  }, [client, isCutOff]);
  return onDevice;
}
