/** Where the server listens. */
import { whole, words } from './setting-schemas.ts';

export const LISTENER_VARIABLES = {
  PORT: {
    schema: whole({ min: 0, max: 65_535 }),
    unset: '3000',
    purpose: 'The one port for pages, API and sockets. 0 takes any free port.',
  },
  HOST: {
    schema: words.meta({ expected: 'an address of this machine' }),
    unset: null,
    purpose: 'The address to listen on; all of them when it is not set.',
  },
  TLS_CERT: {
    schema: words.meta({ expected: 'a file in PEM format' }),
    unset: null,
    purpose:
      'The certificate, with those of its issuers after it. With TLS_KEY, the port speaks https only. Both files are read again every ten seconds.',
  },
  TLS_KEY: {
    schema: words.meta({ expected: 'a file in PEM format' }),
    unset: null,
    purpose: 'The private key of the certificate, without a passphrase.',
  },
} as const;
