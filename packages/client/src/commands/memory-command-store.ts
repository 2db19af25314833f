/** In-memory command store: bots, tests, and browsers without IndexedDB. */
import { Listeners } from '../listeners.ts';
import type { CommandStore, KeptCommand } from './command-store.ts';

export function createMemoryCommandStore(): CommandStore {
  return memoryCommandPages()();
}

export function memoryCommandPages(): () => CommandStore {
  const commands = new Map<string, KeptCommand>();
  const pages = new Map<object, Listeners<() => void>>();

  return () => {
    const page = {};
    const own = new Listeners<() => void>();
    pages.set(page, own);
    const notifyOthers = () => {
      for (const [other, listeners] of pages)
        if (other !== page) listeners.notify((changed) => changed());
    };
    return {
      async all() {
        return [...commands.values()];
      },
      async keep(kept) {
        commands.set(kept.command.id, kept);
        notifyOthers();
      },
      async recover(kept) {
        for (const each of kept)
          if (!commands.has(each.command.id)) commands.set(each.command.id, each);
        notifyOthers();
      },
      async remove(id) {
        if (commands.delete(id)) notifyOthers();
      },
      listen: (changed) => own.add(changed),
      close() {
        pages.delete(page);
      },
    };
  };
}
