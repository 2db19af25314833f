import { useMemo } from 'react';
import { useServices } from '../session/services.ts';
import { ConnectionChip } from './connection-chip.tsx';
import { deviceSource } from './save-source.ts';

/** The chip where no document is open: the truth over all of them. */
export function OverallChip() {
  const { client } = useServices();
  const source = useMemo(() => deviceSource(client), [client]);
  return <ConnectionChip source={source} tryNow={() => client.connection.tryNow()} />;
}
