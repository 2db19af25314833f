/** Prepares `DATA_DIR`: creates it, checks that this process may use it, and closes it to other users. */
import { constants } from 'node:fs';
import { access, chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FilesPlace } from '../configuration/setting-schemas.ts';
import { StartupError } from '../runtime/startup-error.ts';

export const PRIVATE_UMASK = 0o077;
const OTHERS = 0o007;

/** Files checked at the start, because a read-only file would otherwise fail at the first change. */
const WRITTEN = /^tandem\.(db(-wal|-shm)?|lock|restored|state\.json)$/;

/** Where uploaded files are unless `FILES_URL` names another place. */
export function filesIn(dataDir: string): FilesPlace {
  return { kind: 'folder', path: resolve(dataDir, 'files') };
}

/**
 * @returns the absolute path.
 * @throws StartupError
 */
export async function prepareDataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartupError(folderProblem(path, error as NodeJS.ErrnoException), { cause: error });
  }
  await closeToOthers(folder);
  for (const name of await readdir(folder)) {
    if (!WRITTEN.test(name)) continue;
    const file = join(folder, name);
    await access(file, constants.R_OK | constants.W_OK).catch((cause: unknown) => {
      throw new StartupError(
        `${file} may not be read and written by this user. Change its owner or its permissions.`,
        { cause },
      );
    });
    await closeToOthers(file);
  }
  return folder;
}

function folderProblem(path: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC') return `The disk of DATA_DIR "${path}" is full. Free some space.`;
  if (code === 'EROFS')
    return `DATA_DIR "${path}" is on a disk that is mounted read-only. Set DATA_DIR to another folder.`;
  return `DATA_DIR is "${path}", which is not a folder that may be written to.`;
}

/** Keeps the group's permissions, which a backup program may need. */
async function closeToOthers(path: string): Promise<void> {
  const { mode } = await stat(path);
  // Only the owner may change the mode; another owner's decision stands.
  if ((mode & OTHERS) !== 0) await chmod(path, mode & 0o7777 & ~OTHERS).catch(() => undefined);
}
