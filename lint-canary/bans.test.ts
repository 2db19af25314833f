/**
 * Every ban fires. A copy of the repo's configuration gets one seeded fault per ban; oxlint, tsc and
 * turbo check the copy, and each must report its faults.
 */

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowed, faults } from './faults.ts';

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
const output = { oxlint: [] as Diagnostic[], tsc: '', boundaries: '' };
let tree: string;

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
  readonly help?: string;
}

type Rules = Readonly<Record<string, unknown>>;

interface Configuration {
  readonly rules: Rules;
  readonly overrides: readonly { readonly rules: Rules }[];
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'lint-canary-'));
  await createWorkspaceCopy();
  const [oxlint, boundaries, ...tsc] = await Promise.all([
    run('oxlint', ['--format', 'json']),
    run('turbo', ['boundaries', '--no-color']),
    ...compiled.map((root) => run('tsc', ['--pretty', 'false', '-p', root])),
  ]);
  output.oxlint = (JSON.parse(oxlint) as { diagnostics: Diagnostic[] }).diagnostics;
  output.tsc = tsc.join('\n');
  output.boundaries = unwrapped(boundaries);
}, 60_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

describe('oxlint', () => {
  test.each(faults.filter(({ lint }) => lint))('$ban', ({ path, lint }) => {
    const [rule, part] = lint!;
    const reported = output.oxlint.filter(({ filename }) => filename === path);
    const texts = reported.map(({ code, message, help }) => `${code} ${message} ${help ?? ''}`);
    expect(texts.filter((text) => text.startsWith(rule) && text.includes(part))).not.toEqual([]);
  });

  test.each(allowed)('$path is allowed', ({ path }) => {
    const reported = output.oxlint.filter(({ filename }) => filename === path);
    expect(reported.filter(({ code }) => code.includes('no-restricted'))).toEqual([]);
  });
});

test('each configured lint rule has a fault', async () => {
  const text = await readFile(join(repo, '.oxlintrc.json'), 'utf8');
  const withoutComments = text.replaceAll(/^\s*\/\/.*$/gm, '');
  const { rules, overrides } = JSON.parse(withoutComments) as Configuration;
  const configured = [rules, ...overrides.map((override) => override.rules)]
    .flatMap((each) => Object.entries(each))
    .filter(([, severity]) => severity !== 'off')
    .map(([name]) => toCode(name));
  const tested = new Set(faults.flatMap(({ lint }) => lint?.[0] ?? []));
  expect([...new Set(configured)].filter((code) => !tested.has(code))).toEqual([]);
});

describe('tsc', () => {
  test.each(faults.filter(({ tsc }) => tsc))('$ban', ({ path, tsc }) => {
    const reported = output.tsc.split('\n').filter((line) => line.startsWith(`${path}(`));
    for (const error of tsc!) expect(reported.join('\n')).toContain(error);
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
  ])('%s', (_ban, message) => {
    expect(output.boundaries).toContain(unwrapped(message));
  });
});

async function createWorkspaceCopy(): Promise<void> {
  for (const file of CONFIGURATION) await cp(join(repo, file), join(tree, file));
  await symlink(join(repo, 'node_modules'), join(tree, 'node_modules'));
  for (const root of PACKAGES) {
    await mkdir(join(tree, root), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json', 'turbo.json']) {
      await cp(join(repo, root, file), join(tree, root, file));
    }
    await symlink(join(repo, root, 'node_modules'), join(tree, root, 'node_modules'));
  }
  for (const { path, source } of [...faults, ...allowed]) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    // Without an export, the file would be a script and share its global names.
    await writeFile(join(tree, path), `${source}\nexport {};\n`);
  }
  // Finds dependencies whose types declare platform globals, which tsc would accept everywhere.
  for (const root of CORE) {
    const imports = Object.keys(await dependenciesOf(root)).filter(
      (name) => !name.startsWith('@tandem/'),
    );
    const source = imports.map((name) => `import '${name}';`).join('\n');
    await writeFile(join(tree, root, 'src/dependencies.ts'), `${source}\nexport {};\n`);
  }
  await addDependency('packages/protocol', '@tandem/client');
  await addDependency('packages/client', '@tandem/server');
  await addDependency('e2e', '@tandem/server');
}

async function dependenciesOf(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(tree, root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { dependencies?: Record<string, string> }).dependencies ?? {};
}

async function addDependency(root: string, on: string): Promise<void> {
  const path = join(tree, root, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  manifest['dependencies'] = { ...(await dependenciesOf(root)), [on]: 'workspace:*' };
  await writeFile(path, JSON.stringify(manifest));
}

function run(tool: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: tree, maxBuffer: 32 * 1024 * 1024 };
    execFile(join(repo, 'node_modules/.bin', tool), args, options, (_error, stdout, stderr) =>
      resolve(tool === 'oxlint' ? stdout : stdout + stderr),
    );
  });
}

/** Without turbo's margin and its line breaks, which also split words. */
function unwrapped(text: string): string {
  return text.replaceAll(/[\s|]/g, '');
}

function toCode(rule: string): string {
  const [name, plugin = 'eslint'] = rule.split('/').reverse() as [string, string?];
  return `${plugin === 'react' ? 'react-hooks' : plugin}(${name})`;
}

function rootOf(path: string): string {
  return PACKAGES.find((root) => path.startsWith(`${root}/`))!;
}
