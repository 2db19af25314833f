/** A step of one connection that takes time: a fault in it ends that connection, and nothing else. */
import type { Connection } from './connection.ts';

export function catchAndClose(connection: Connection, step: Promise<void>): void {
  step.catch((error: unknown) => connection.stepFailed(error));
}
