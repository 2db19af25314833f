/** The colour theme. `public/theme.js` applies the same rule before the first paint. */
import * as z from 'zod/mini';
import { Observable } from '../runtime/observable.ts';

const KEY = 'tandem.theme';
const choices = ['system', 'light', 'dark'] as const;
const themeChoice = z.enum(choices);
export type ThemeChoice = z.infer<typeof themeChoice>;
export const THEME_CHOICES: readonly ThemeChoice[] = choices;

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
export const theme = new Observable<ThemeChoice>(stored());

/** Applies the theme, and follows the system's and other tabs' changes. */
export function startTheme(): void {
  apply();
  systemIsDark.addEventListener('change', apply);
  addEventListener('storage', ({ key }) => {
    if (key !== KEY) return;
    theme.set(stored());
    apply();
  });
}

export function chooseTheme(next: ThemeChoice): void {
  theme.set(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // The choice holds for this visit only.
  }
  apply();
}

function stored(): ThemeChoice {
  try {
    return z.catch(themeChoice, 'system').parse(localStorage.getItem(KEY));
  } catch {
    return 'system';
  }
}

function apply(): void {
  const wanted = theme.get();
  const dark = wanted === 'dark' || (wanted === 'system' && systemIsDark.matches);
  const root = document.documentElement;
  root.dataset['theme'] = dark ? 'dark' : 'light';
  const ground = getComputedStyle(root).getPropertyValue('--canvas').trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground);
}
