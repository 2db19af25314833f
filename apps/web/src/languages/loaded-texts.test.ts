import { expect, test } from 'vitest';
import { createTranslation } from '../translation/translation.ts';

/**
 * A part that is loaded later brings its texts. This follows the imports from the first script, through each way to each
 * part, and looks whether every key is there by then: otherwise a person would read the key.
 */

const sources = modules(
  import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*', '!../developer/**'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
const catalogues = modules(
  import.meta.glob<object>('./*.json', { import: 'default', eager: true }),
);
const keys = new Set([...catalogues.values()].flatMap((catalogue) => leaves(catalogue)));

test('a part is loaded with its texts', () => {
  const missing = new Set<string>();
  const visited = new Set<string>();
  const visit = (part: string, before: ReadonlySet<string>) => {
    const loaded = closure(part);
    const texts = new Set([...before, ...[...loaded].filter((id) => catalogues.has(id))]);
    const way = [part, ...[...texts].toSorted()].join(' ');
    if (visited.has(way)) return;
    visited.add(way);
    const has = [...texts].map((id) => createTranslation('en', catalogues.get(id) as never).t);
    for (const id of loaded)
      for (const key of keysIn(sources.get(id) ?? ''))
        if (has.every((t) => [{}, { count: 2 }].every((values) => t(key as never, values) === key)))
          missing.add(`${id}: ${key}`);
    for (const id of loaded) for (const later of importsOf(id).later) visit(later, texts);
  };
  visit('main.tsx', new Set());
  expect(visited.size).toBeGreaterThan(20);
  expect([...missing]).toEqual([]);
});

function closure(part: string): ReadonlySet<string> {
  const found = new Set([part]);
  for (const id of found) for (const other of importsOf(id).first) found.add(other);
  return found;
}

function importsOf(id: string): { readonly first: string[]; readonly later: string[] } {
  const source = sources.get(id) ?? '';
  const from = (pattern: RegExp) =>
    [...source.matchAll(pattern)].map(([, path]) => resolve(id, path!));
  return {
    first: from(/^(?:import|export)\s+(?!type\b)(?:[^;'"]*?\sfrom\s+)?'(\.[^']+)'/gmu),
    later: from(/\bimport\(\s*'(\.[^']+)'/gu).filter((other) => sources.has(other)),
  };
}

function keysIn(source: string): string[] {
  return [...source.matchAll(/'([a-zA-Z][\w.-]*)'/gu)].flatMap(([, text]) =>
    keys.has(text!) ? [text!] : [],
  );
}

function resolve(from: string, path: string): string {
  return new URL(path, `file:///${from}`).pathname.slice(1);
}

function modules<T>(found: Record<string, T>): ReadonlyMap<string, T> {
  return new Map(
    Object.entries(found).map(([path, module]) => [resolve('languages/here.ts', path), module]),
  );
}

/** Keys without their plural form. */
function leaves(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [prefix + key.replace(/_(?:zero|one|two|few|many|other)$/u, '')]
      : leaves(value as object, `${prefix}${key}.`),
  );
}
