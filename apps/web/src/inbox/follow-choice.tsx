import { Bell } from 'lucide-react';
import { MenuChoice, Submenu } from '../components/menu.tsx';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useTranslation } from '../translation/translation.ts';

const CHOICES = ['all', 'own', 'none'] as const;

/** In a menu: what of a document this person is notified of (NT5). */
export function FollowChoice({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const follows = useChannelValue(
    library,
    ({ state }) => state?.documents.find(({ id }) => id === document)?.follows ?? 'own',
  );
  return (
    <Submenu icon={Bell} label={t('notifications.follow.title')}>
      <MenuChoice
        label={null}
        value={follows ?? 'own'}
        options={CHOICES.map((value) => ({ value, label: t(`notifications.follow.${value}`) }))}
        onChange={(chosen) =>
          client.commands.run({ name: 'document:follow', input: { document, follows: chosen } })
        }
      />
    </Submenu>
  );
}
