/** Work of this device that the server has not confirmed, by document, or has refused. */
import { documentOf } from '@tandem/protocol';
import { isWork, type Commands, type PendingCommand } from './commands/commands.ts';
import type { BackgroundSync, HeldBack } from './document/background-sync.ts';
import type { OpenDocuments } from './document/open-documents.ts';
import type { Clock } from './environment.ts';
import type { RejectedUpdate, Store } from './store/store.ts';

/** Work that is not `kept` is lost with the page. */
export type UnconfirmedWork =
  | {
      readonly kind: 'waiting';
      readonly document: string;
      readonly title: string;
      readonly count: number;
      /** Null for work that is sent as soon as there is a connection. */
      readonly heldBack: HeldBack | null;
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

export interface UnconfirmedWorkSources {
  readonly store: Pick<Store, 'outbox' | 'facts' | 'listRejectedUpdates'>;
  readonly documents: OpenDocuments;
  readonly backgroundSync: Pick<BackgroundSync, 'heldBack'>;
  readonly commands: Commands;
  readonly clock: Clock;
  readonly durable: boolean;
}

export async function listUnconfirmedWork(
  sources: UnconfirmedWorkSources,
): Promise<readonly UnconfirmedWork[]> {
  const { store, durable } = sources;
  const waiting = await listWaiting(sources);
  const rejected = await store.listRejectedUpdates().catch(() => []);
  return [
    ...waiting,
    ...(await listCommands(sources)),
    ...rejected.map((entry) => ({ ...entry, kind: 'rejected' as const, kept: durable })),
  ];
}

async function listWaiting(sources: UnconfirmedWorkSources): Promise<Iterable<UnconfirmedWork>> {
  const { store, documents, backgroundSync, clock, durable } = sources;
  const waiting = new Map<string, Extract<UnconfirmedWork, { kind: 'waiting' }>>();
  for (const { document, at } of await store.outbox().catch(() => [])) {
    const known = waiting.get(document);
    const title = known?.title ?? (await titleOf(document, sources));
    const count = (known?.count ?? 0) + 1;
    const since = known?.since ?? at;
    const heldBack = known?.heldBack ?? backgroundSync.heldBack(document);
    const kept = durable;
    waiting.set(document, { kind: 'waiting', document, title, count, heldBack, kept, since });
  }
  // Open documents may hold more, which is about to be stored or could not be.
  for (const session of documents.sessions) {
    const document = session.id;
    const known = waiting.get(document);
    const count = Math.max(known?.count ?? 0, session.pending);
    if (count === 0) continue;
    const title = known?.title ?? session.document?.title ?? '';
    const since = known?.since ?? clock.now();
    const kept = session.isKept;
    const heldBack = backgroundSync.heldBack(document);
    waiting.set(document, { kind: 'waiting', document, title, count, heldBack, kept, since });
  }
  return waiting.values();
}

async function listCommands(sources: UnconfirmedWorkSources): Promise<readonly UnconfirmedWork[]> {
  const work = sources.commands.pending.filter(isWork).map(async (command) => {
    const document = documentOf(command);
    const title = document === null ? '' : await titleOf(document, sources);
    const { kept, at: since } = command;
    return { kind: 'command', command, document, title, kept, since } as const;
  });
  return Promise.all(work);
}

async function titleOf(
  document: string,
  { store, documents }: Pick<UnconfirmedWorkSources, 'store' | 'documents'>,
): Promise<string> {
  const open = documents.get(document)?.document?.title;
  if (open !== undefined) return open;
  const facts = await store.facts(document).catch(() => null);
  return facts?.title ?? '';
}
