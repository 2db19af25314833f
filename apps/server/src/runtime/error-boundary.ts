/**
 * Contains an error to the connection, room or timer in which it was thrown: logs it, counts it, and goes on.
 * Otherwise the error would reach `uncaughtException` and end the process with all connections.
 */
import type { Log } from './log.ts';

/**
 * - `send`: a message could not be encoded or queued for one connection
 * - `connection`: other work of one connection, such as a handler, a flush or its end
 * - `timer`: a deadline or a throttle
 * - `room`: an engine event of one document
 * - `command`: an effect of a committed command
 * - `request`: an HTTP request or an upgrade
 */
export const ERROR_SOURCES = ['send', 'connection', 'timer', 'room', 'command', 'request'] as const;
export type ErrorSource = (typeof ERROR_SOURCES)[number];

const LOG_MESSAGES: Readonly<Record<ErrorSource, string>> = {
  send: 'sending message failed',
  connection: 'message handler failed',
  timer: 'timer failed',
  room: 'engine event handler failed',
  command: 'command effect failed',
  request: 'request failed',
};

export interface ErrorCounter {
  add(source: ErrorSource): void;
}

export class ErrorBoundary {
  readonly #log: Log;
  readonly #counter: ErrorCounter;

  constructor({ log, counter }: { readonly log: Log; readonly counter: ErrorCounter }) {
    this.#log = log;
    this.#counter = counter;
  }

  run(source: ErrorSource, fields: object, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.report(source, fields, error);
      return false;
    }
  }

  report(source: ErrorSource, fields: object, error: unknown): void {
    this.#counter.add(source);
    this.#log.error({ ...fields, err: error }, LOG_MESSAGES[source]);
  }
}
