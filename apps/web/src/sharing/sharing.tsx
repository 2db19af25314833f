import type { Commands } from '@tandem/client';
import {
  MAX_TREE_DEPTH,
  type Call,
  type DocumentKind,
  type ListedDocument,
  type SharingState,
} from '@tandem/protocol';
import { useCallback, useMemo } from 'react';
import { useObservable } from '../runtime/observable.ts';
import { useRefusal } from '../session/refusals.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { useCommandsValue } from '../session/use-commands-value.ts';
import { cutOffBy, useConnection } from '../session/use-connection.ts';
import type { PublishingFacts } from './publishing.tsx';
import { SharingPanel, type SharingIntents } from './sharing-panel.tsx';
import './sharing-words.ts';

export interface SharingProps {
  readonly id: string;
  readonly title: string;
  /** Null before it is known. */
  readonly kind: DocumentKind | null;
}

export function Sharing({ id, title, kind }: SharingProps) {
  const { account, client, library, refusals } = useServices();
  const { user: me } = useObservable(account.state);
  const session = useChannel(`sharing:${id}`);
  const sharing: SharingState | null = useChannelValue(session, ({ state }) =>
    state?.type === 'sharing' ? state : null,
  );
  const isAboutThis = useCallback(
    ({ name, input }: Call) =>
      (name === 'link:change' ||
        name === 'document:publish' ||
        name === 'publication:change' ||
        name === 'document:unpublish' ||
        name === 'document:restrict' ||
        name === 'member:change' ||
        name === 'member:remove') &&
      input.document === id,
    [id],
  );
  const documents = useChannelValue(library, ({ state }) => state?.documents ?? null);
  const around = useMemo(() => titlesAround(documents ?? [], id), [documents, id]);
  const [refusal, clearRefusal] = useRefusal(refusals, isAboutThis);
  const intents = useMemo((): SharingIntents => {
    const run = (call: Call) => {
      clearRefusal();
      client.commands.run(call);
    };
    return {
      changeLink: (link) => run({ name: 'link:change', input: { document: id, link } }),
      changeExpiry: (expiresAt) => run({ name: 'link:change', input: { document: id, expiresAt } }),
      publish: () => run({ name: 'document:publish', input: { document: id } }),
      unpublish: () => run({ name: 'document:unpublish', input: { document: id } }),
      setIndexed: (isIndexed) =>
        run({ name: 'publication:change', input: { document: id, isIndexed } }),
      restrict: (isRestricted) =>
        run({ name: 'document:restrict', input: { document: id, isRestricted } }),
      changeRole: (user, role) =>
        run({ name: 'member:change', input: { document: id, user, role } }),
      remove: (user) => run({ name: 'member:remove', input: { document: id, user } }),
    };
  }, [client, id, clearRefusal]);
  const pending = useCommandsValue((commands) => pendingIn(commands, id));
  const isCutOff = cutOffBy(useConnection()) !== null;
  const publishing: PublishingFacts = {
    ...{ title, pending, isCutOff },
    permission:
      kind !== 'page' || !account.hasPublicPages
        ? 'none'
        : account.hasAccount
          ? 'allowed'
          : 'account-first',
  };
  return (
    <div className="mt-2">
      <SharingPanel
        document={id}
        publishing={publishing}
        link={`${location.origin}/d/${id}`}
        sharing={sharing}
        around={around}
        me={me?.id ?? null}
        intents={intents}
        refusal={refusal}
      />
    </div>
  );
}

/** What was asked for last, also before this page was loaded. */
function pendingIn({ pending }: Commands, id: string): PublishingFacts['pending'] {
  const last = pending.findLast(
    ({ name, input }) =>
      (name === 'document:publish' ||
        name === 'publication:change' ||
        name === 'document:unpublish') &&
      input.document === id,
  );
  switch (last?.name) {
    case 'document:publish':
      return 'publish';
    case 'publication:change':
      return 'change';
    case 'document:unpublish':
      return 'unpublish';
    default:
      return null;
  }
}

/** The nearest first. */
function titlesAround(documents: readonly ListedDocument[], id: string): readonly string[] {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const titles: string[] = [];
  for (
    let at = byId.get(byId.get(id)?.parent ?? '');
    at !== undefined && titles.length < MAX_TREE_DEPTH;
    at = byId.get(at.parent ?? '')
  )
    titles.push(at.title);
  return titles;
}
