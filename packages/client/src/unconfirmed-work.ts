import type { PendingCommand } from './commands/commands.ts';
import type { RejectedUpdate } from './store/store.ts';

/**
 * Work of this device that the server has not confirmed, by document, or has refused. Work that is
 * not `kept` is lost with the page.
 */
export type UnconfirmedWork =
  | {
      readonly kind: 'waiting';
      readonly document: string;
      readonly title: string;
      readonly count: number;
      readonly kept: boolean;
      readonly since: number;
    }
  /** A command. `document` is null for one's own name and colour. */
  | {
      readonly kind: 'command';
      readonly command: PendingCommand;
      readonly document: string | null;
      readonly title: string;
      readonly kept: boolean;
      readonly since: number;
    }
  | (RejectedUpdate & { readonly kind: 'rejected'; readonly kept: boolean });
