/** `tandem migrate`, `tandem backup` and `tandem restore` as processes, which may be killed at any step. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';

const KILL_AT_PROGRAM = new URL('kill-at.mjs', import.meta.url).href;

export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The rows and the hash of each table. */
  readonly tables: ReadonlyMap<string, string>;
  readonly output: string;
  readonly errors: string;
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The process kills itself where it prints this; a signal of the test could come after its end. */
  readonly killAt?: string;
  /** Of another build; without it, of this one. */
  readonly bundle?: string;
}

export async function runCommandProcess(
  name: 'migrate' | 'backup' | 'restore',
  parameters: readonly string[],
  { environment = {}, killAt, bundle = inject('bundle') }: CommandOptions = {},
): Promise<CommandEnd> {
  const { PATH = '' } = process.env;
  const program = [join(bundle, `${name}.js`), ...parameters];
  const killed = killAt === undefined ? {} : { KILL_AT: killAt };
  const preload = killAt === undefined ? [] : ['--import', KILL_AT_PROGRAM];
  const child = spawn(process.execPath, [...preload, ...program], {
    env: { PATH, ...environment, ...killed },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  await once(child, 'close');
  const lines = output.matchAll(/^(\w+) +(\d+ {2}[0-9a-f]{64})$/gm);
  const tables = new Map([...lines].map(([, table = '', summary = '']) => [table, summary]));
  return { code: child.exitCode, signal: child.signalCode, tables, output, errors };
}

export function withoutTimelines({ tables }: CommandEnd): ReadonlyMap<string, string> {
  return new Map([...tables].filter(([table]) => table !== 'timeline'));
}

/** Of a database file that no server uses. So many that copying them takes a second. */
export const MANY_ROWS = `
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 30000)
    insert into journal select 'd' || i, 'life', 'data', 1, 0 from n where i <= 10000;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 30000)
    insert into "update" select 'd' || i, 1, randomblob(60), 'ann', i from n where i <= 10000;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 30000)
    insert into recent select i, 'd' || i, 2, randomblob(60), 'bob', i from n where i <= 10000;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 30000)
    insert into event select 'chat:d' || (i % 100), i, '{"name":"none"}', i from n;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 100)
    insert into reaction select i, 'd1', 'm' || i, '🌊', 0, 'ann' from n;`;
