// The health check of a container: ends with code 0 while the server takes work.
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const { PORT = '3000', TLS_CERT = '' } = process.env;
const options = {
  host: '127.0.0.1',
  port: PORT,
  path: '/readyz',
  timeout: 4_000,
  // The certificate names the public host.
  rejectUnauthorized: false,
};
const request = (TLS_CERT === '' ? getPlain : getSecure)(options, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
);
request.on('error', () => process.exit(1));
request.on('timeout', () => process.exit(1));
