/** The secret that signs tokens: the operator's, or one made at the first start and kept in DATA_DIR. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupProblem } from '../startup-problem.ts';

const SECRET_BYTES = 32;

export async function loadSecret({
  authSecret,
  dataDir,
}: {
  readonly authSecret: string | null;
  readonly dataDir: string;
}): Promise<string> {
  if (authSecret !== null) return authSecret;
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
  return secret;
}
