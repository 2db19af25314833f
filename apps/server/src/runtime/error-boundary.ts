/**
 * Contains what fails while one connection, room or timer is served. Such a failure is a bug, but it belongs to
 * that connection, room or timer: it is logged, counted and goes no further. Without this it would reach
 * `uncaughtException`, which ends the process and with it everybody's connection.
 */
import type { Log } from './log.ts';

/**
 * - `send`: a message could not be encoded or queued for one connection
 * - `connection`: other work of one connection, such as a flush, a heartbeat or its end
 * - `timer`: a deadline or a throttle
 * - `room`: what the engine reported of one document
 * - `command`: what follows from a committed command
 * - `request`: an HTTP request or an upgrade
 */
export const ERROR_SOURCES = ['send', 'connection', 'timer', 'room', 'command', 'request'] as const;
export type ErrorSource = (typeof ERROR_SOURCES)[number];

const WORDS: Readonly<Record<ErrorSource, string>> = {
  send: 'message not sent',
  connection: 'connection work failed',
  timer: 'timer failed',
  room: 'engine event not handled',
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

  /** Runs `work`. @returns whether it succeeded. */
  run(source: ErrorSource, fields: object, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.report(source, fields, error);
      return false;
    }
  }

  /** Logs and counts a failure that was contained elsewhere. */
  report(source: ErrorSource, fields: object, error: unknown): void {
    this.#counter.add(source);
    this.#log.error({ ...fields, err: error }, WORDS[source]);
  }
}
