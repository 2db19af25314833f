/** The messages that y-websocket and Hocuspocus share (`y-protocols`). */
import type { MessageListener } from '../client-protocol.ts';
import { ByteReader, sized, stateVector } from '../yjs-bytes.ts';

export const SYNC = 0;
export const AWARENESS = 1;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const EMPTY_UPDATE = Buffer.of(0, 0);

export function step1(listener: MessageListener): Buffer {
  return Buffer.concat([Buffer.of(SYNC, STEP_1), sized(stateVector(listener.knownClocks()))]);
}

export const EMPTY_STEP_2 = Buffer.concat([Buffer.of(SYNC, STEP_2), sized(EMPTY_UPDATE)]);

export function updateMessage(update: Buffer): Buffer {
  return Buffer.concat([Buffer.of(SYNC, UPDATE), sized(update)]);
}

export function awarenessMessage(update: Buffer): Buffer {
  return Buffer.concat([Buffer.of(AWARENESS), sized(update)]);
}

/**
 * @param reader positioned after the type. @returns `asked` if `EMPTY_STEP_2` must be sent,
 * `synced` for the answer to `step1`.
 */
export function readSync(
  reader: ByteReader,
  listener: MessageListener,
): 'asked' | 'synced' | 'update' {
  const kind = reader.varuint();
  if (kind === STEP_1) return 'asked';
  listener.onMessage(reader.sized());
  return kind === STEP_2 ? 'synced' : 'update';
}
