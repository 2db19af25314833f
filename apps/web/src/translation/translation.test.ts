import { expect, test } from 'vitest';
import { createTranslation } from './translation.ts';

// The declared keys are those of the application.
function textsOf(language: string, texts: Parameters<typeof createTranslation>[1]) {
  return createTranslation(language, texts).t as (
    key: string,
    values?: Record<string, string | number>,
  ) => string;
}

test('a nested key names its text, and a missing one shows itself', () => {
  const t = textsOf('en', { menu: { open: 'More' } });
  expect(t('menu.open')).toBe('More');
  expect(t('menu.closed')).toBe('menu.closed');
  expect(t('menu')).toBe('menu');
  expect(t('menu.open.wide')).toBe('menu.open.wide');
  expect(t('constructor.name')).toBe('constructor.name');
});

test('values are put where they are named, as they are', () => {
  const t = textsOf('en', { said: '{{name}}: {{text}} {{missing}}' });
  expect(t('said', { name: '$& {{text}}', text: '<b>' })).toBe('$& {{text}}: <b> {{missing}}');
});

test('a count chooses the form by the rules of the language', () => {
  const english = textsOf('en', {
    days_one: '{{count}} day',
    days_other: '{{count}} days',
    on: 'on',
  });
  expect([0, 1, 2].map((count) => english('days', { count }))).toEqual([
    '0 days',
    '1 day',
    '2 days',
  ]);
  expect(english('on', { count: 3 })).toBe('on');
  const polish = textsOf('pl', {
    days_one: 'dzień',
    days_few: 'dni',
    days_many: 'dni!',
    days_other: 'dnia',
  });
  expect([1, 2, 5, 1.5].map((count) => polish('days', { count }))).toEqual([
    'dzień',
    'dni',
    'dni!',
    'dnia',
  ]);
  expect(textsOf('pl', { days_other: 'dnia' })('days', { count: 2 })).toBe('dnia');
});
