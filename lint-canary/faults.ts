/** One seeded fault per ban, and the tools that must report it. */

export interface Fault {
  readonly ban: string;
  readonly path: string;
  readonly source: string;
  /** The oxlint rule that must fire, and a part of its message. */
  readonly lint?: readonly [rule: string, message: string];
  readonly tsc?: readonly string[];
}

const IMPORTS = 'eslint(no-restricted-imports)';
const TESTS = 'Test code stays in tests';

const imports: Fault[] = [
  ...['protocol', 'document'].flatMap((name): Fault[] => [
    fault(`packages/${name}`, 'imports Node', `import 'node:fs';`, 'The core is pure', ['TS2882']),
    fault(`packages/${name}`, 'imports ws', `import 'ws';`, 'The core is pure', ['TS2882']),
    fault(`packages/${name}`, 'imports React', `import 'react';`, 'The core is pure', ['TS2882']),
    fault(`packages/${name}`, 'imports sync', `import '@tandem/sync';`, 'The core is pure', [
      'TS2882',
    ]),
  ]),
  fault('packages/sync', 'imports Node', `import 'node:timers';`, 'sync is pure', ['TS2882']),
  fault('packages/sync', 'imports client', `import '@tandem/client';`, 'sync is pure', ['TS2882']),
  fault('packages/client', 'imports Node', `import 'node:events';`, 'WHATWG', ['TS2882']),
  fault('packages/client', 'imports ws', `import 'ws';`, 'WHATWG', ['TS2882']),
  fault('packages/client', 'imports React', `import 'react';`, 'WHATWG', ['TS2882']),
  fault('packages/client', 'imports server', `import '@tandem/server';`, 'WHATWG', ['TS2882']),
  fault('packages/testkit', 'imports the product', `import '@tandem/sync';`, 'leaf', ['TS2882']),
  fault('apps/web', 'imports server', `import '@tandem/server';`, 'through client', ['TS2882']),
  fault('apps/web', 'imports Node', `import 'node:fs';`, 'through client', ['TS2882']),
  fault('apps/web', 'imports sync', `import '@tandem/sync';`, 'through client', ['TS2882']),
  fault('apps/server', 'imports client', `import '@tandem/client';`, 'The server imports', [
    'TS2882',
  ]),
  fault('apps/server', 'imports React', `import 'react';`, 'The server imports', ['TS2882']),
  ...['ws', 'hono', '@hono/node-server', 'node:http', 'node:net'].map((name) =>
    fault('apps/server', `engine imports ${name}`, `import '${name}';`, 'knows no sockets'),
  ),
  ...['connection', 'http', 'protocols', 'documents'].flatMap((folder) => [
    fault('apps/server', `${folder} imports yjs`, `import 'yjs';`, 'knows Yjs content'),
    fault(
      'apps/server',
      `${folder} imports engine`,
      `import '../engine/room.ts';`,
      'port.ts alone',
    ),
  ]),
  ...['main', 'engine', 'connection', 'http', 'protocols', 'documents'].flatMap((folder) =>
    ['kysely', '@photostructure/sqlite', '../storage/sqlite/sqlite.ts'].map((name) =>
      fault(
        'apps/server',
        `${folder} imports ${name}`,
        `import '${name}';`,
        'Only storage knows SQL',
      ),
    ),
  ),
  fault('apps/server', 'storage imports client', `import '@tandem/client';`, 'The server imports'),
  ...['main', 'engine', 'connection', 'storage'].map((folder) =>
    fault(
      'apps/server',
      `${folder} imports @redis/client`,
      `import '@redis/client';`,
      'knows Redis',
    ),
  ),
  fault('apps/server', 'bus imports kysely', `import 'kysely';`, 'Only storage knows SQL'),
  // Each narrow override replaces the broad one, and must repeat it.
  ...['engine', 'connection', 'bus'].map((layer) =>
    fault(
      'apps/server',
      `${layer} imports client`,
      `import '@tandem/client';`,
      'The server imports',
    ),
  ),
  {
    ban: 'e2e: imports the server',
    path: 'e2e/tests/imports-server.ts',
    source: `import '../../apps/server/src/main.ts';`,
    lint: [IMPORTS, 'from outside'],
  },
];

const testCode: Fault[] = [
  fault('packages/protocol', 'imports testkit', `import '@tandem/testkit';`, 'The core is pure'),
  fault('packages/document', 'imports testkit', `import '@tandem/testkit';`, 'The core is pure'),
  fault('packages/sync', 'imports testkit', `import '@tandem/testkit';`, 'sync is pure'),
  fault('packages/client', 'imports testkit', `import '@tandem/testkit';`, 'WHATWG'),
  fault('apps/web', 'imports testkit', `import '@tandem/testkit';`, TESTS),
  ...['main', 'engine', 'gateway', 'http', 'storage'].map((layer) =>
    fault('apps/server', `${layer} imports testkit`, `import '@tandem/testkit';`, TESTS),
  ),
  ...['packages/protocol', 'packages/sync', 'packages/client', 'apps/web', 'apps/server'].map(
    (root) => fault(root, 'imports a test', `import './skipped.test.ts';`, TESTS),
  ),
];

const purity: Fault[] = [
  ...['protocol', 'document', 'sync', 'testkit'].map((name) => ({
    ban: `packages/${name}: has no platform, not even through its dependencies`,
    path: `packages/${name}/src/uses-platform.ts`,
    source: `setTimeout(() => {}, 1); console.log(Buffer, process.argv, document, fetch);`,
    lint: ['eslint(no-console)', 'console'] as const,
    tsc: ["'setTimeout'", "'console'", "'Buffer'", "'process'", "'document'", "'fetch'"],
  })),
  ...['protocol', 'document', 'sync'].flatMap((name): Fault[] => [
    {
      ban: `packages/${name}: the clock is an argument`,
      path: `packages/${name}/src/reads-clock.ts`,
      source: `export const now = Date.now();`,
      lint: ['eslint(no-restricted-properties)', 'take a Clock'],
    },
    {
      ban: `packages/${name}: new Date() is a clock too`,
      path: `packages/${name}/src/reads-date.ts`,
      source: `export const now = new Date();`,
      lint: ['eslint(no-restricted-globals)', 'take a Clock'],
    },
    {
      ban: `packages/${name}: chance is an argument`,
      path: `packages/${name}/src/rolls-dice.ts`,
      source: `export const dice = Math.random();`,
      lint: ['eslint(no-restricted-properties)', 'take a Random'],
    },
  ]),
  {
    ban: 'packages/client: has no Node',
    path: 'packages/client/src/uses-node.ts',
    source: `Buffer.from(process.argv[0]);`,
    tsc: ["'Buffer'", "'process'"],
  },
  ...['document', 'window', 'localStorage'].map((name) => ({
    ban: `packages/client: does not use ${name}`,
    path: `packages/client/src/uses-${name.toLowerCase()}.ts`,
    source: `export const it: unknown = ${name};`,
    lint: ['eslint(no-restricted-globals)', name] as const,
  })),
];

const everywhere: Fault[] = [
  {
    ban: 'a relative import cannot leave its package',
    path: 'packages/document/src/escapes.ts',
    source: `export { now } from '../../protocol/src/reads-clock.ts';`,
    tsc: ['TS6059'],
  },
  {
    ban: 'no import cycle',
    path: 'apps/server/src/cycle.ts',
    source: `import { b } from './cycle-b.ts'; export const a = (): unknown => b;`,
    lint: ['import(no-cycle)', 'cycle'],
  },
  {
    ban: 'no import cycle, seen from its other file',
    path: 'apps/server/src/cycle-b.ts',
    source: `import { a } from './cycle.ts'; export const b = (): unknown => a;`,
    lint: ['import(no-cycle)', 'cycle'],
  },
  {
    ban: 'a switch over a union is exhaustive',
    path: 'packages/sync/src/forgets-a-case.ts',
    source: `export function f(kind: 'a' | 'b'): number {
      switch (kind) { case 'a': return 1; }
      return 2;
    }`,
    lint: ['typescript(switch-exhaustiveness-check)', '"b"'],
  },
  {
    ban: 'a promise is awaited or handled',
    path: 'apps/server/src/floats.ts',
    source: `export function f(g: () => Promise<void>): void { g(); }`,
    lint: ['typescript(no-floating-promises)', 'Promise'],
  },
  {
    ban: 'an async function is not a callback that returns nothing',
    path: 'apps/server/src/misuses.ts',
    source: `export const f = (g: () => Promise<void>) => { [1].forEach(async () => { await g(); }); };`,
    lint: ['typescript(no-misused-promises)', 'Promise'],
  },
  ...['apps/server', 'apps/web', 'packages/client'].map((root) => ({
    ban: `${root}: no console`,
    path: `${root}/src/logs.ts`,
    source: `export const f = () => { console.log('text'); };`,
    lint: ['eslint(no-console)', 'console'] as const,
  })),
  {
    ban: 'no any',
    path: 'apps/server/src/any.ts',
    source: `export const f = (x: any): unknown => x;`,
    lint: ['typescript(no-explicit-any)', 'any'],
  },
  {
    ban: 'no focused test',
    path: 'apps/server/src/focused.test.ts',
    source: `import { test } from 'vitest'; test.only('x', () => {});`,
    lint: ['vitest(no-focused-tests)', 'focused'],
  },
  {
    ban: 'no skipped test',
    path: 'apps/server/src/skipped.test.ts',
    source: `import { test } from 'vitest'; test.skip('x', () => {});`,
    lint: ['vitest(no-disabled-tests)', 'skip'],
  },
  {
    ban: 'files are in kebab-case',
    path: 'apps/server/src/camelCase.ts',
    source: `export const x = 1;`,
    lint: ['unicorn(filename-case)', 'kebab'],
  },
  {
    ban: 'equality is strict',
    path: 'apps/server/src/loose-equality.ts',
    source: `export const f = (a: string, b: string) => a == b;`,
    lint: ['eslint(eqeqeq)', '==='],
  },
  {
    ban: 'no var',
    path: 'apps/server/src/declares-var.ts',
    source: `var a = 1; export const f = () => a;`,
    lint: ['eslint(no-var)', 'var'],
  },
  {
    ban: 'a variable that never changes is const',
    path: 'apps/server/src/declares-let.ts',
    source: `let a = 1; export const f = () => a;`,
    lint: ['eslint(prefer-const)', 'a'],
  },
  {
    ban: 'no unused variable',
    path: 'apps/server/src/unused.ts',
    source: `const a = 1;`,
    lint: ['eslint(no-unused-vars)', 'a'],
  },
  {
    ban: 'no deprecated API',
    path: 'apps/server/src/deprecated.ts',
    source: `/** @deprecated */ const a = () => 1; export const f = () => a();`,
    lint: ['typescript(no-deprecated)', 'deprecated'],
  },
  {
    ban: 'no assertion of a type that is known',
    path: 'apps/server/src/asserts.ts',
    source: `export const f = (a: string) => a as string;`,
    lint: ['typescript(no-unnecessary-type-assertion)', 'assertion'],
  },
  {
    ban: 'only errors are thrown',
    path: 'apps/server/src/throws-text.ts',
    source: `export const f = () => { throw 'text'; };`,
    lint: ['typescript(only-throw-error)', 'error'],
  },
  {
    ban: 'no object as text',
    path: 'apps/server/src/prints-object.ts',
    source: `export const f = (a: { b: number }) => String(a);`,
    lint: ['typescript(no-base-to-string)', 'Object'],
  },
  {
    ban: 'a promise returned in a try block is awaited',
    path: 'apps/server/src/returns-promise.ts',
    source: `export async function f(g: () => Promise<void>) { try { return g(); } catch { return; } }`,
    lint: ['typescript(return-await)', 'await'],
  },
  {
    ban: 'a function is not spread',
    path: 'apps/server/src/spreads-function.ts',
    source: `const a = () => 1; export const b = { ...a };`,
    lint: ['typescript(no-misused-spread)', 'spread'],
  },
  {
    ban: 'Node modules are imported with their protocol',
    path: 'apps/server/src/bare-node.ts',
    source: `export { readFile } from 'fs/promises';`,
    lint: ['unicorn(prefer-node-protocol)', 'node:'],
  },
  {
    ban: 'the dependencies of an effect are complete',
    path: 'apps/web/src/effect.tsx',
    source: `import { useEffect } from 'react';
      export function C({ on }: { on: () => void }) { useEffect(() => on(), []); return null; }`,
    lint: ['react-hooks(exhaustive-deps)', 'on'],
  },
  {
    ban: 'a hook is not called in a condition',
    path: 'apps/web/src/conditional.tsx',
    source: `import { useState } from 'react';
      export function C({ on }: { on: boolean }) { if (on) useState(1); return null; }`,
    lint: ['react-hooks(rules-of-hooks)', 'conditionally'],
  },
  {
    ban: 'only erasable syntax: no enum, no parameter property',
    path: 'apps/server/src/not-erasable.ts',
    source: `export enum E { A } export class C { constructor(readonly x: number) {} }`,
    tsc: ['TS1294'],
  },
  {
    ban: 'APIs that Node 20 lacks do not compile',
    path: 'apps/server/src/too-new.ts',
    source: `export const f = () => Promise.withResolvers<void>();`,
    tsc: ["'withResolvers'"],
  },
];

export const allowed: readonly Pick<Fault, 'path' | 'source'>[] = [
  {
    path: 'packages/sync/src/good.ts',
    source: `import '@tandem/protocol'; import '@tandem/document'; import 'yjs';`,
  },
  {
    path: 'packages/client/src/good.ts',
    source: `import '@tandem/protocol'; import '@tandem/sync'; import 'idb';`,
  },
  {
    path: 'apps/web/src/good.ts',
    source: `import '@tandem/client'; import '@tandem/document'; import 'yjs';`,
  },
  {
    path: 'apps/server/src/engine/good.ts',
    source: `import 'yjs'; import 'node:worker_threads'; import './port.ts';`,
  },
  { path: 'apps/server/src/engine/port.ts', source: `export const port = 1;` },
  {
    path: 'apps/server/src/storage/good.ts',
    source: `import 'kysely'; import '@photostructure/sqlite'; import './sqlite/sqlite.ts';`,
  },
  { path: 'apps/server/src/bus/redis/good.ts', source: `import '@redis/client'; import 'pg';` },
  {
    path: 'apps/server/src/connection/good.ts',
    source: `import 'ws'; import 'lib0/encoding'; import '../engine/port.ts';`,
  },
  {
    path: 'packages/sync/src/good.test.ts',
    source: `import '@tandem/testkit'; import 'fast-check'; Math.random();`,
  },
];

export const faults: readonly Fault[] = [...imports, ...testCode, ...purity, ...everywhere];

function fault(root: string, ban: string, source: string, message: string, tsc?: string[]): Fault {
  const layer = /^(bus|engine|connection|http|protocols|documents|storage) /.exec(ban)?.[1];
  const name = ban.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  return {
    ban: `${root}: ${ban}`,
    path: `${root}/src/${layer === undefined ? '' : `${layer}/`}${name}.ts`,
    source,
    lint: [IMPORTS, message],
    ...(tsc && { tsc }),
  };
}
