import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import { useTranslation } from '../translation/translation.ts';
import { useObservable } from '../runtime/observable.ts';
import { chooseTheme, theme, THEME_CHOICES, type ThemeChoice } from './theme.ts';

export function ThemePicker() {
  const { t } = useTranslation();
  const chosen = useObservable(theme);
  return (
    <div>
      <p id="theme" className="mb-1 text-small text-ink-2">
        {t('theme.title')}
      </p>
      <ToggleGroup
        aria-labelledby="theme"
        className="flex gap-0.5 rounded-box bg-hover p-0.5"
        value={[chosen]}
        onValueChange={([next]: ThemeChoice[]) => next !== undefined && chooseTheme(next)}
      >
        {THEME_CHOICES.map((choice) => (
          <Toggle
            key={choice}
            value={choice}
            className="touch h-7 flex-1 rounded-[5px] text-ui text-ink-2 hover:text-ink data-pressed:bg-raise data-pressed:font-medium data-pressed:text-ink data-pressed:shadow-lift"
          >
            {t(`theme.${choice}`)}
          </Toggle>
        ))}
      </ToggleGroup>
    </div>
  );
}
