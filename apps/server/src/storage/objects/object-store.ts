/**
 * The port to what keeps the bytes of uploaded files, under keys that are used once. Every call may fail with a
 * `StorageError`. `object-store.contract.ts` is its contract.
 */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

export interface ObjectStore {
  /**
   * Resolves when the bytes would survive a loss of power. A body that fails or ends early leaves no object.
   *
   * @param object.size of the body, to the byte
   * @throws what the body or the signal failed with
   */
  write(object: NewObject): Promise<void>;
  /** @returns null when there is no such object. */
  read(key: string, range?: ByteRange): Promise<Readable | null>;
  has(key: string): Promise<boolean>;
  /** Also what an interrupted `write` left; an object that does not exist is no failure. */
  delete(key: string): Promise<void>;
  /** What may still be written here; null where nobody knows. */
  freeBytes(): Promise<number | null>;
}

export interface NewObject {
  readonly key: string;
  readonly size: number;
  readonly body: Readable;
  readonly signal: AbortSignal;
}

/** Both ends are included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const KEY_BYTES = 16;

/** No other has it. */
export const newObjectKey = (): string => randomBytes(KEY_BYTES).toString('hex');

/** Lower-case hex, so that it is a safe name in any file system and address. */
export const OBJECT_KEY = /^[0-9a-f]{32}$/;
