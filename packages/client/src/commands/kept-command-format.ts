/** Unanswered commands as JSON, for the unload outbox. */
import type { EntryFormat } from '../store/unload-outbox.ts';
import type { KeptCommand } from './command-store.ts';

/** Commands of another version are stored like others, and left unchanged by the store (CM10). */
export const KEPT_COMMAND_FORMAT: EntryFormat<KeptCommand> = {
  kind: 'commands',
  toJson: ({ command, user }) => ({ command, user }),
  fromJson(value) {
    const { command, user } = value as KeptCommand;
    if (typeof command.id !== 'string') throw new TypeError('A command has an id.');
    return { command, user };
  },
};
