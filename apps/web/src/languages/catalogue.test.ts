import account from './account.en.json' with { type: 'json' };
import comments from './comments.en.json' with { type: 'json' };
import editor from './editor.en.json' with { type: 'json' };
import importing from './import.en.json' with { type: 'json' };
import exporting from './export.en.json' with { type: 'json' };
import files from './files.en.json' with { type: 'json' };
import notifications from './notifications.en.json' with { type: 'json' };
import sharing from './sharing.en.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import { expect, test } from 'vitest';

const sources = Object.entries(
  import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
const PLURAL = /_(zero|one|two|few|many|other)$/u;
const keys = [
  ...new Set(
    [en, editor, comments, account, exporting, files, importing, notifications, sharing].flatMap(
      (catalogue) => leaves(catalogue).map((key) => key.replace(PLURAL, '')),
    ),
  ),
];

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
  const plurals = [en, account, exporting, files, importing, sharing]
    .flatMap((catalogue) => leaves(catalogue))
    .filter((key) => PLURAL.test(key));
  for (const key of plurals) {
    const stem = key.replace(PLURAL, '');
    expect(plurals.filter((other) => other.replace(PLURAL, '') === stem).toSorted()).toEqual(
      pluralCategories.map((category) => `${stem}_${category}`).toSorted(),
    );
  }
});

test('the catalogues do not share a name', () => {
  const names = [en, editor, account, exporting, files, importing, sharing].flatMap((catalogue) =>
    Object.keys(catalogue),
  );
  expect(new Set(names).size).toBe(names.length);
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
      .join('[\\w-]+')}$`,
    'u',
  );
}
