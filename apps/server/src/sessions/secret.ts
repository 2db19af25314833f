/** The secrets that sign tokens: the operator's, or one made at the first start and kept in DATA_DIR. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupProblem } from '../startup-problem.ts';

const SECRET_BYTES = 32;

/** Newest first. */
export type Secrets = readonly [string, ...string[]];

export async function loadSecrets({
  authSecrets,
  dataDir,
}: {
  readonly authSecrets: Secrets | null;
  readonly dataDir: string;
}): Promise<Secrets> {
  if (authSecrets !== null) return authSecrets;
  const path = join(dataDir, 'secret');
  try {
    // Only the first start gets past `wx`; for its owner only.
    await writeFile(path, randomBytes(SECRET_BYTES).toString('base64url'), {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length < SECRET_BYTES)
    throw new StartupProblem(
      `${path} holds no secret. Delete it and one is made; people then sign in anew.`,
    );
  return [secret];
}
