import type { SharingState } from '@tandem/protocol';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { Popover } from '../components/popover.tsx';
import { useObservable } from '../observable.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { SharingPanel, type SharingIntents } from './sharing-panel.tsx';

/** Who may do what in a document, behind one button. */
export function Share({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  return (
    <Popover
      title={t('share.title')}
      align="end"
      className="w-96"
      trigger={<Button look="primary">{t('share.open')}</Button>}
    >
      <Sharing id={id} />
    </Popover>
  );
}

/** Asked for when somebody looks. */
function Sharing({ id }: { readonly id: string }) {
  const { account, client } = useServices();
  const { user: me } = useObservable(account.state);
  const session = useChannel(`sharing:${id}`);
  const sharing: SharingState | null = useChannelValue(session, ({ state }) =>
    state?.type === 'sharing' ? state : null,
  );
  const intents = useMemo(
    (): SharingIntents => ({
      changeLink: (link) =>
        client.commands.run({ name: 'link:change', input: { document: id, link } }),
      changeRole: (user, role) =>
        client.commands.run({ name: 'member:change', input: { document: id, user, role } }),
      remove: (user) =>
        client.commands.run({ name: 'member:remove', input: { document: id, user } }),
    }),
    [client, id],
  );
  return (
    <div className="mt-2">
      <SharingPanel
        link={`${location.origin}/d/${id}`}
        sharing={sharing}
        me={me?.id ?? null}
        intents={intents}
      />
    </div>
  );
}
