import { expect, test } from 'vitest';

const sources = Object.entries(
  import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
const catalogues = Object.values(
  import.meta.glob<object>('./*.json', { import: 'default', eager: true }),
);
const PLURAL = /_(zero|one|two|few|many|other)$/u;
const texts = catalogues.flatMap((catalogue) => leaves(catalogue));
const keys = [...new Set(texts.map((key) => key.replace(PLURAL, '')))];

const written = sources.flatMap(([, source]) =>
  [...source.matchAll(/['"`]([A-Za-z][\w.$\-{} ]*)['"`]/gu)].map(([, text]) => text!),
);
const whole = new Set(written.filter((text) => !text.includes('${')));
const patterns = written.filter((text) => text.includes('${') && text.includes('.')).map(patternOf);

test('every key is used', () => {
  expect(
    keys.filter((key) => !whole.has(key) && !patterns.some((pattern) => pattern.test(key))),
  ).toEqual([]);
});

test('every key that is used exists', () => {
  const used = sources.flatMap(([, source]) =>
    [...source.matchAll(/\bt\(\s*'([\w.-]+)'/gu)].map(([, key]) => key!),
  );
  expect(used.length).toBeGreaterThan(50);
  expect(used.filter((key) => !keys.includes(key))).toEqual([]);
});

test('a plural has all forms of its language', () => {
  const { pluralCategories } = new Intl.PluralRules('en').resolvedOptions();
  const plurals = texts.filter((key) => PLURAL.test(key));
  for (const key of plurals) {
    const stem = key.replace(PLURAL, '');
    expect(plurals.filter((other) => other.replace(PLURAL, '') === stem).toSorted()).toEqual(
      pluralCategories.map((category) => `${stem}_${category}`).toSorted(),
    );
  }
});

test('the catalogues do not share a key', () => {
  expect(new Set(texts).size).toBe(texts.length);
});

function leaves(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : leaves(value as object, `${prefix}${key}.`),
  );
}

function patternOf(template: string): RegExp {
  return new RegExp(
    `^${template
      .split(/\$\{[^}]*\}/u)
      .map((part) => part.replaceAll('.', '\\.'))
      .join('[\\w:-]+')}$`,
    'u',
  );
}
