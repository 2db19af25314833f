import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Popover } from '../components/popover.tsx';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';

const HEIGHT = 'mt-1 h-10 shrink-0 pointer-coarse:h-11';

const profile = new Deferred(() => import('./profile.tsx'));

/** @param onLeave is called when something else opens than the profile. */
export function ProfileButton({ onLeave }: { readonly onLeave?: () => void }) {
  const { t } = useTranslation();
  const { account } = useServices();
  const { user } = useObservable(account.state);
  const [isOpen, setOpen] = useState(false);
  // What is above stays where it is when the profile appears.
  if (user === null) return <div className={HEIGHT} />;
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      title={t('profile.title')}
      className="w-72"
      needs={profile}
      trigger={
        <button
          type="button"
          className={classNames(
            HEIGHT,
            'flex w-full items-center gap-2.5 rounded-box px-2 text-left text-ui font-medium text-ink-2 hover:bg-hover hover:text-ink data-popup-open:bg-hover',
          )}
        >
          <Avatar name={user.name} color={user.color} />
          <span className="min-w-0 flex-1 truncate">{user.name}</span>
        </button>
      }
    >
      <Loaded from={profile}>
        {({ Profile }) => (
          <Profile
            user={user}
            close={() => {
              setOpen(false);
              onLeave?.();
            }}
          />
        )}
      </Loaded>
    </Popover>
  );
}
