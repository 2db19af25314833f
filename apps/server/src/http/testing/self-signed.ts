/** Certificates for tests, made by the openssl program. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TlsFiles } from '../tls-certificate.ts';

const execute = promisify(execFile);

export async function selfSigned(
  folder: string,
  { name = 'localhost', days = 2 }: { readonly name?: string; readonly days?: number } = {},
): Promise<TlsFiles> {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  await execute('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', String(days), '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
    ...['-keyout', files.key, '-out', files.certificate],
  ]);
  return files;
}

/** @param to a file for the same key with a passphrase. */
export async function encryptKey(from: string, to: string): Promise<void> {
  await execute('openssl', ['pkcs8', '-topk8', '-in', from, '-passout', 'pass:x', '-out', to]);
}
