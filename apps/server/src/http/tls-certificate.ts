/** The certificate and key of the port, read from files and checked. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsCertificate {
  /** In PEM: the server's certificate first, then those of its issuers. */
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly expiresAt: number;
}

export type TlsReading =
  | ({ readonly kind: 'read' } & TlsCertificate)
  | { readonly kind: 'problem'; readonly sentence: string };

/** @param now in milliseconds since the epoch. */
export async function readTlsCertificate(files: TlsFiles, now: number): Promise<TlsReading> {
  const certificate = await readOne('TLS_CERT', files.certificate);
  if (typeof certificate === 'string') return problem(certificate);
  const key = await readOne('TLS_KEY', files.key);
  if (typeof key === 'string') return problem(key);
  const parsed = parseCertificate(certificate);
  if (parsed === null)
    return problem(`TLS_CERT is "${files.certificate}", which holds no certificate in PEM format.`);
  const privateKey = parseKey(key);
  if (privateKey === null)
    return problem(
      `TLS_KEY is "${files.key}", which holds no private key in PEM format that opens without a passphrase.`,
    );
  if (!parsed.checkPrivateKey(privateKey))
    return problem(
      `TLS_KEY is "${files.key}", which is not the key of the first certificate in TLS_CERT, "${files.certificate}".`,
    );
  const [from, to] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  if (now > to)
    return problem(
      `TLS_CERT is "${files.certificate}", whose certificate expired at ${isoTime(to)}. Renew it.`,
    );
  if (now < from)
    return problem(
      `TLS_CERT is "${files.certificate}", whose certificate is valid only from ${isoTime(from)} on. Check the clock of this machine.`,
    );
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    // Such as a key that is too short for the system's policy.
    return problem(`TLS_CERT and TLS_KEY cannot be used: ${(error as Error).message}.`);
  }
  return { kind: 'read', certificate, key, expiresAt: to };
}

function problem(sentence: string): TlsReading {
  return { kind: 'problem', sentence };
}

/** @returns a sentence where the file cannot be read. */
async function readOne(name: string, path: string): Promise<Buffer | string> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return `${name} is "${path}", and there is no such file.`;
      case 'EISDIR':
        return `${name} is "${path}", which is a folder. It must be a file in PEM format.`;
      case 'EACCES':
      case 'EPERM':
        return `${name} is "${path}", which may not be read by this user. Change its owner or its permissions.`;
      default:
        return `${name} is "${path}", which cannot be read: ${message}.`;
    }
  }
}

function parseCertificate(text: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}

function parseKey(text: Buffer): KeyObject | null {
  try {
    return createPrivateKey(text);
  } catch {
    return null;
  }
}

function isoTime(time: number): string {
  return new Date(time).toISOString().replace('.000', '');
}
