/**
 * Every ban still fires. A copy of the repo's configuration gets one seeded fault per ban; the real
 * oxlint, tsc and turbo look at it, and each must say what it is there to say.
 */

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults, honest } from './faults.ts';

const repo = resolve(import.meta.dirname, '..');
const CONFIGURATION = [
  '.gitignore',
  '.oxlintrc.json',
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
  'turbo.json',
];
const CORE = ['packages/protocol', 'packages/document', 'packages/sync', 'packages/testkit'];
const PACKAGES = [...CORE, 'packages/client', 'apps/server', 'apps/web', 'e2e'];

const compiled = [...new Set(faults.filter(({ tsc }) => tsc).map(({ path }) => rootOf(path)))];
const said = { oxlint: [] as Diagnostic[], tsc: '', boundaries: '' };
let tree: string;

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
  readonly help?: string;
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'lint-canary-'));
  await plant();
  const [oxlint, boundaries, ...tsc] = await Promise.all([
    run('oxlint', ['--format', 'json']),
    run('turbo', ['boundaries', '--no-color']),
    ...compiled.map((root) => run('tsc', ['--pretty', 'false', '-p', root])),
  ]);
  said.oxlint = (JSON.parse(oxlint) as { diagnostics: Diagnostic[] }).diagnostics;
  said.tsc = tsc.join('\n');
  said.boundaries = unwrapped(boundaries);
}, 60_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

describe('oxlint', () => {
  test.each(faults.filter(({ lint }) => lint))('$ban', ({ path, lint }) => {
    const [rule, says] = lint!;
    const about = said.oxlint.filter(({ filename }) => filename === path);
    const texts = about.map(({ code, message, help }) => `${code} ${message} ${help ?? ''}`);
    expect(texts.filter((text) => text.startsWith(rule) && text.includes(says))).not.toEqual([]);
  });

  test.each(honest)('$path is let through', ({ path }) => {
    const about = said.oxlint.filter(({ filename }) => filename === path);
    expect(about.filter(({ code }) => code.includes('no-restricted'))).toEqual([]);
  });
});

describe('tsc', () => {
  test.each(faults.filter(({ tsc }) => tsc))('$ban', ({ path, tsc }) => {
    const about = said.tsc.split('\n').filter((line) => line.startsWith(`${path}(`));
    for (const error of tsc!) expect(about.join('\n')).toContain(error);
  });
});

describe('turbo boundaries', () => {
  test.each([
    [
      'the core depends on nothing above it',
      'Package `@tandem/client` found without any tag listed in allowlist for `@tandem/protocol`',
    ],
    [
      'a library depends on no app',
      'Package `@tandem/server` found without any tag listed in allowlist for `@tandem/client`',
    ],
    [
      'an app depends on no app',
      'Package `@tandem/e2e` found with tag listed in denylist for `@tandem/server`',
    ],
    [
      'a relative import cannot leave its package',
      'import `../../protocol/src/reads-clock.ts` leaves the package',
    ],
  ])('%s', (_ban, says) => {
    expect(said.boundaries).toContain(unwrapped(says));
  });
});

/** Lays out the copy. Dependencies are the real ones. */
async function plant(): Promise<void> {
  for (const file of CONFIGURATION) await cp(join(repo, file), join(tree, file));
  await symlink(join(repo, 'node_modules'), join(tree, 'node_modules'));
  for (const root of PACKAGES) {
    await mkdir(join(tree, root), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json', 'turbo.json']) {
      await cp(join(repo, root, file), join(tree, root, file));
    }
    await symlink(join(repo, root, 'node_modules'), join(tree, root, 'node_modules'));
  }
  for (const { path, source } of [...faults, ...honest]) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    // Without an export it would be a script, and share its names with the others.
    await writeFile(join(tree, path), `${source}\nexport {};\n`);
  }
  // If a dependency's types brought the platform along, tsc would miss it everywhere.
  for (const root of CORE) {
    const imports = Object.keys(await dependenciesOf(root)).filter(
      (name) => !name.startsWith('@tandem/'),
    );
    const source = imports.map((name) => `import '${name}';`).join('\n');
    await writeFile(join(tree, root, 'src/dependencies.ts'), `${source}\nexport {};\n`);
  }
  await depend('packages/protocol', '@tandem/client');
  await depend('packages/client', '@tandem/server');
  await depend('e2e', '@tandem/server');
}

async function dependenciesOf(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(tree, root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { dependencies?: Record<string, string> }).dependencies ?? {};
}

async function depend(root: string, on: string): Promise<void> {
  const path = join(tree, root, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  manifest['dependencies'] = { ...(await dependenciesOf(root)), [on]: 'workspace:*' };
  await writeFile(path, JSON.stringify(manifest));
}

/** What a tool says, on both streams; that it fails is expected. */
function run(tool: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: tree, maxBuffer: 32 * 1024 * 1024 };
    execFile(join(repo, 'node_modules/.bin', tool), args, options, (_error, stdout, stderr) =>
      resolve(tool === 'oxlint' ? stdout : stdout + stderr),
    );
  });
}

/** turbo breaks its lines, words included, and draws a margin. */
function unwrapped(text: string): string {
  return text.replaceAll(/[\s|]/g, '');
}

function rootOf(path: string): string {
  return PACKAGES.find((root) => path.startsWith(`${root}/`))!;
}
