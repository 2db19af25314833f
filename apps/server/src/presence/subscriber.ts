import type { User } from '@tandem/protocol';
import type { EncodedMessage } from '../runtime/encoded-message.ts';

/** One open document channel of one connection, in any protocol. */
export interface Subscriber {
  readonly subscription: number;
  readonly user: User;
  /** The Yjs client id of this tab; null in protocols that do not send it. */
  readonly client: number | null;
  deliver(encoded: EncodedMessage): void;
}

/**
 * `clean`: the client closed the channel. `abrupt`: its connection broke, and the user may be back
 * soon.
 */
export type Leave = 'clean' | 'abrupt';
