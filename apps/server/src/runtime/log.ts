/**
 * Logs, by pino: JSON lines, or readable ones where pino-pretty is installed. Never content, tokens,
 * cookies or titles, and of a document's id, which is a key to it, only the beginning. Whoever logs
 * sees to that; what is below is for the day on which somebody did not.
 */
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

export type Log = Logger;

/** Names under which nothing is ever logged, also one level down. */
const NEVER = ['token', 'cookie', 'authorization', 'secret', 'title', 'text', 'update', 'body'];
const DOCUMENT_LETTERS = 6;

/** @param destination instead of the standard output. */
export async function createLog(
  { format, level }: { readonly format: 'json' | 'readable'; readonly level: string },
  destination?: DestinationStream,
): Promise<Log> {
  const options: LoggerOptions = {
    level,
    base: null,
    redact: [...NEVER, ...NEVER.map((name) => `*.${name}`)],
    serializers: { document: (id: unknown) => String(id).slice(0, DOCUMENT_LETTERS) },
  };
  const stream = destination ?? (format === 'readable' ? await prettyStream() : null);
  return stream === null ? pino(options) : pino(options, stream);
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
