import { COLOR_COUNT, profilePatch, type ProfilePatch, type User } from '@tandem/protocol';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { ProfileAccount } from '../account/profile-account.tsx';
import { personColor } from '../components/avatar.tsx';
import { isComposing } from '../components/keyboard.ts';
import { useServices } from '../session/services.ts';
import { ThemePicker } from '../theme/theme-picker.tsx';
import { SignOut } from './sign-out.tsx';
import words from '../languages/profile.en.json' with { type: 'json' };

addTexts(words);

export function Profile({ user, close }: { readonly user: User; readonly close: () => void }) {
  const { t } = useTranslation();
  const { commands } = useServices().client;
  const change = (input: ProfilePatch) => commands.run({ name: 'profile:change', input });
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ui text-ink-2">{t('profile.text')}</p>
      <NameField user={user} onChange={(name) => change({ name })} />
      <ColorPicker user={user} onChange={(color) => change({ color })} />
      <ThemePicker />
      <div className="min-h-20 border-t border-line pt-3">
        <ProfileAccount onOpen={close} />
      </div>
      <SignOut />
    </div>
  );
}

function NameField({
  user,
  onChange,
}: {
  readonly user: User;
  readonly onChange: (name: string) => void;
}) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(user.name);
  const parsed = profilePatch.shape.name.def.innerType.safeParse(draft);
  const save = () => {
    if (!parsed.success) return setDraft(user.name);
    setDraft(parsed.data);
    if (parsed.data !== user.name) onChange(parsed.data);
  };
  return (
    <label className="flex flex-col gap-1 text-small text-ink-2">
      {t('profile.name')}
      <input
        value={draft}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={save}
        onKeyDown={({ key, nativeEvent }) => key === 'Enter' && !isComposing(nativeEvent) && save()}
        aria-invalid={!parsed.success}
        aria-describedby="name-rule"
        autoComplete="nickname"
        className="h-8.5 rounded-box border border-line-strong bg-canvas px-2.5 text-base text-ink aria-invalid:border-bad pointer-coarse:h-11"
      />
      <span id="name-rule" className={parsed.success ? 'sr-only' : 'text-bad'}>
        {t('profile.nameRule')}
      </span>
    </label>
  );
}

function ColorPicker({
  user,
  onChange,
}: {
  readonly user: User;
  readonly onChange: (color: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="mb-1 text-small text-ink-2">{t('profile.color')}</legend>
      <div className="flex justify-between">
        {Array.from({ length: COLOR_COUNT }, (_, color) => (
          <label
            key={color}
            className="touch relative flex size-6.5 items-center justify-center rounded-full has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            style={{ background: personColor(color) }}
          >
            <input
              type="radio"
              name="color"
              className="absolute inset-0 z-1 cursor-pointer opacity-0"
              checked={user.color === color}
              onChange={() => onChange(color)}
              aria-label={t(`profile.colors.${color as 0}`)}
            />
            {user.color === color && <Check size={15} aria-hidden className="text-(--on-person)" />}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
