/** The secret that signs tokens, unless the operator has set it: created at first start in DATA_DIR. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { StartupError } from '../runtime/startup-error.ts';

const SECRET_BYTES = 32;

/**
 * @param dataDir locked by this process, so that no other creates a secret concurrently.
 * @throws StartupError
 */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const path = pathIn(dataDir);
  const secret = (await readSecret(dataDir)) ?? (await makeSecret(path));
  if (secret.length < SECRET_BYTES)
    throw new StartupError(
      `${path} holds no secret. Delete it and one is made; people then sign in again.`,
    );
  return [secret];
}

/** @returns null without one. @throws StartupError */
export async function readSecret(dataDir: string): Promise<string | null> {
  const path = pathIn(dataDir);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new StartupError(readProblem(path, { code, message }), { cause: error });
  }
}

/** @throws StartupError, also when the folder has another secret. */
export async function keepSecret(dataDir: string, secret: string): Promise<void> {
  const path = pathIn(dataDir);
  const existing = await readSecret(dataDir);
  if (existing === secret) return;
  if (existing !== null)
    throw new StartupError(
      `${path} is the secret of another database. Nothing was changed. Choose another folder.`,
    );
  await writeSecret(path, secret);
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'secret');
}

function readProblem(
  path: string,
  { code, message }: { readonly code: string | undefined; readonly message: string },
): string {
  if (code === 'EISDIR')
    return `${path} is a folder, and should be the file with the secret. Move it away.`;
  if (code === 'EACCES' || code === 'EPERM')
    return `${path} may not be read by this user. Change its owner or its permissions.`;
  return `${path} cannot be read: ${message}.`;
}

async function makeSecret(path: string): Promise<string> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await writeSecret(path, secret);
  return secret;
}

/** Creates the file atomically and durably, readable by its owner only. */
async function writeSecret(path: string, secret: string): Promise<void> {
  const unfinished = `${path}.new`;
  try {
    await rm(unfinished, { force: true });
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(secret);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartupError(
      code === 'ENOSPC' || code === 'EDQUOT'
        ? `The disk of DATA_DIR is full: ${path} cannot be written. Free some space.`
        : `${path} cannot be written: ${message}.`,
      { cause: error },
    );
  }
}
