/** What a device keeps of commands that the server has not answered. Pages share it. One port, one contract suite, two adapters. */
import type { IssuedCommand } from '@tandem/sync';

export interface KeptCommand {
  readonly command: IssuedCommand;
  /** Whose it is; null when nobody was known yet. Nobody else's connection ever says it. */
  readonly user: string | null;
}

/** Calls take effect in the order in which they are made. They reject when the device cannot keep anything more. */
export interface CommandStore {
  /** In the order in which they were kept. What no page of this version can have kept is left out. */
  all(): Promise<readonly KeptCommand[]>;
  keep(kept: KeptCommand): Promise<void>;
  /** Ids that are not here are ignored. */
  remove(id: string): Promise<void>;
  /** Told when another page may have kept or removed something. Returns the way to stop. */
  listen(changed: () => void): () => void;
  close(): void;
}
