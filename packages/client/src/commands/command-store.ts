/**
 * Unanswered commands of a device, shared by its pages. One port, one contract suite, two adapters.
 */
import { binaryCodec, command as commandSchema, type MessageOf } from '@tandem/protocol';
import type { IssuedCommand } from '@tandem/sync';

export interface KeptCommand {
  readonly command: IssuedCommand;
  /** The author; null before the first sign-in. Other users' connections never send the command. */
  readonly user: string | null;
}

/**
 * Calls take effect in the order in which they are made. They reject when the device cannot store
 * more.
 */
export interface CommandStore {
  all(): Promise<readonly KeptCommand[]>;
  keep(kept: KeptCommand): Promise<void>;
  /** Keeps commands that a closed page left; all of them or none. */
  recover(kept: readonly KeptCommand[]): Promise<void>;
  remove(id: string): Promise<void>;
  listen(changed: () => void): () => void;
  close(): void;
}

/** False for commands of another version: sending one that the wire lacks would end the connection. */
export function isKnown({ command: { at, ...rest } }: KeptCommand): boolean {
  return Number.isFinite(at) && commandSchema.safeParse(rest).success;
}

/** The size of a command on the wire. A server reads none above its limit, and would end the connection (W6). */
export function bytesOf(message: MessageOf<'command'>): number {
  return binaryCodec.encode(message).byteLength;
}
