/** How much connections may do. */
import { whole } from './setting-schemas.ts';

export const CONNECTION_VARIABLES = {
  MAX_CONNECTIONS_PER_USER: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '20',
    purpose: 'Connections of one person.',
  },
  MAX_CONNECTIONS_PER_ADDRESS: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '200',
    purpose:
      'Connections from one network address. This machine, and so a proxy on it, is not counted.',
  },
  HELLOS_PER_SECOND: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '2000',
    purpose:
      'New connections per second. Above it they wait for up to two seconds, and the rest are told to retry.',
  },
  MESSAGES_PER_SECOND: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '200',
    purpose: 'Messages per second of one connection in the long run; ten times as many at once.',
  },
  BYTES_PER_SECOND: {
    schema: whole({ min: 1_024, max: 1_000_000_000 }),
    unset: '2097152',
    purpose: 'Bytes per second of one connection in the long run; 24 MiB at once.',
  },
} as const;
