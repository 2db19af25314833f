/** Every relative link of every Markdown file of the repo leads somewhere. */

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, linksOf } from './markdown-links.ts';

const repo = resolve(import.meta.dirname, '../..');
const SKIPPED = new Set(['node_modules', 'dist', 'data', 'test-results', 'playwright-report']);

const files = markdownFiles(repo);

test('there are Markdown files to check', () => {
  expect(files.map((file) => relative(repo, file))).toContain('README.md');
});

test.each(files.map((file) => relative(repo, file)))('%s', (name) => {
  const file = join(repo, name);
  const broken = linksOf(readFileSync(file, 'utf8'))
    .filter(({ target }) => !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target))
    .map(({ target, line }) => ({ line, target, problem: problemOf(file, target) }))
    .filter(({ problem }) => problem !== undefined)
    .map(({ line, target, problem }) => `${name}:${line} ${target}: ${problem}`);
  expect(broken).toEqual([]);
});

function problemOf(from: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#', 2).map(decodeURIComponent);
  const file = path === '' ? from : resolve(dirname(from), path);
  if (path.startsWith('/')) return 'is absolute: it leads nowhere outside GitHub';
  if (relative(repo, file).startsWith('..')) return 'leads out of the repo';
  if (!existsSync(file)) return 'is not there';
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'has no such heading';
}

function markdownFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !SKIPPED.has(name) && (!name.startsWith('.') || name === '.github'))
    .map((name) => join(folder, name))
    .flatMap((path) => {
      if (statSync(path).isDirectory()) return markdownFiles(path);
      return path.endsWith('.md') ? [path] : [];
    });
}
