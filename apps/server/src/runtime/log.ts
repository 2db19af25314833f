/**
 * The server's log: JSON lines by pino, or readable lines by pino-pretty. No line holds content, tokens, cookies or
 * titles, and only the beginning of a document's id, which opens the document. Callers must see to that; the
 * redaction here is a second net.
 */
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

export type Log = Logger;

const NEVER = ['token', 'cookie', 'authorization', 'secret', 'title', 'text', 'update', 'body'];
const DOCUMENT_LETTERS = 6;

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

async function prettyStream(): Promise<DestinationStream | null> {
  // No literal, or the bundler would include it.
  const name: string = 'pino-pretty';
  try {
    const module = (await import(name)) as { default: (options: object) => DestinationStream };
    return module.default({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true });
  } catch {
    return null;
  }
}
