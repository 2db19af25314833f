/**
 * What a browser keeps for a page, it may throw away when space is short, or nobody came for a week. It is asked
 * not to as soon as there is text here that is nowhere else; most decide by themselves, some ask the person.
 */
import type { DocumentSession, SaveState } from '@tandem/client';

/** Asks once, at the first work that waits here. Returns the way to stop. */
export function keepStorage(
  session: Pick<DocumentSession, 'status' | 'onChange'>,
  storage: Pick<StorageManager, 'persist'> | undefined,
): () => void {
  return session.onChange(() => {
    if (storage === undefined || asked.has(storage) || !waitsHere(session.status)) return;
    asked.add(storage);
    void ask(storage);
  });
}

const asked = new WeakSet<Pick<StorageManager, 'persist'>>();

/** Work on its way to a server that answers is here for a blink only. */
function waitsHere(state: SaveState): boolean {
  if (!('pending' in state) || state.pending === 0) return false;
  return state.kind !== 'saving' || state.error !== null;
}

/** Whatever the answer is, and whether there is one, nothing else can be done. */
async function ask(storage: Pick<StorageManager, 'persist'>): Promise<void> {
  try {
    await storage.persist();
  } catch {
    // Old browsers do not have it, and some do not let it be called.
  }
}
