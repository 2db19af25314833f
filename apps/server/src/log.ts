/** Logs, by pino: JSON lines, or readable ones where pino-pretty is installed. Never content, never tokens. */
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Configuration } from './configuration.ts';

export type Log = Logger;

export async function createLog({
  mode,
  logLevel,
}: Pick<Configuration, 'mode' | 'logLevel'>): Promise<Log> {
  const options = { level: logLevel, base: null };
  const pretty = mode === 'development' ? await prettyStream() : null;
  return pretty === null ? pino(options) : pino(options, pretty);
}

/** Null where pino-pretty is not installed, as in a bundle. */
async function prettyStream(): Promise<DestinationStream | null> {
  // Not a literal, or the bundle would hold it.
  const name: string = 'pino-pretty';
  try {
    const module = (await import(name)) as { default: (options: object) => DestinationStream };
    return module.default({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true });
  } catch {
    return null;
  }
}
