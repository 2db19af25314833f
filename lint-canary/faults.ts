/** One seeded fault per ban, and who must see it. */

/** A file that breaks a rule. */
export interface Fault {
  readonly ban: string;
  /** Where the file would stand in the repo. */
  readonly path: string;
  readonly source: string;
  /** The oxlint rule that must fire, and a part of what it says. */
  readonly lint?: readonly [rule: string, says: string];
  /** All of these compiler errors must occur. */
  readonly tsc?: readonly string[];
}

const IMPORTS = 'eslint(no-restricted-imports)';
const TESTS = 'Test code stays in tests';

const layers: Fault[] = [
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
  // Each narrow override replaces the broad one, and must repeat it.
  ...['engine', 'connection'].map((layer) =>
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
    (root) => fault(root, 'imports a test', `import './left-out.test.ts';`, TESTS),
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
    ban: `packages/client: does not count on ${name}`,
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
    ban: 'no files in a circle',
    path: 'apps/server/src/circle.ts',
    source: `import { b } from './circle-b.ts'; export const a = (): unknown => b;`,
    lint: ['import(no-cycle)', 'cycle'],
  },
  {
    ban: 'no files in a circle, its other half',
    path: 'apps/server/src/circle-b.ts',
    source: `import { a } from './circle.ts'; export const b = (): unknown => a;`,
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
    ban: 'a promise is not a callback that nobody awaits',
    path: 'apps/server/src/misuses.ts',
    source: `export const f = (g: () => Promise<void>) => { [1].forEach(async () => { await g(); }); };`,
    lint: ['typescript(no-misused-promises)', 'Promise'],
  },
  ...['apps/server', 'apps/web', 'packages/client'].map((root) => ({
    ban: `${root}: no console`,
    path: `${root}/src/talks.ts`,
    source: `export const f = () => { console.log('here'); };`,
    lint: ['eslint(no-console)', 'console'] as const,
  })),
  {
    ban: 'no any',
    path: 'apps/server/src/any.ts',
    source: `export const f = (x: any): unknown => x;`,
    lint: ['typescript(no-explicit-any)', 'any'],
  },
  {
    ban: 'no test alone',
    path: 'apps/server/src/alone.test.ts',
    source: `import { test } from 'vitest'; test.only('x', () => {});`,
    lint: ['vitest(no-focused-tests)', 'focused'],
  },
  {
    ban: 'no test left out',
    path: 'apps/server/src/left-out.test.ts',
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
    ban: 'what Node 20 does not have does not compile',
    path: 'apps/server/src/too-new.ts',
    source: `export const f = () => Promise.withResolvers<void>();`,
    tsc: ["'withResolvers'"],
  },
];

/** Allowed imports: none of these may be reported. */
export const honest: readonly Pick<Fault, 'path' | 'source'>[] = [
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
  {
    path: 'apps/server/src/connection/good.ts',
    source: `import 'ws'; import 'lib0/encoding'; import '../engine/port.ts';`,
  },
  {
    path: 'packages/sync/src/good.test.ts',
    source: `import '@tandem/testkit'; import 'fast-check'; Math.random();`,
  },
];

export const faults: readonly Fault[] = [...layers, ...testCode, ...purity, ...everywhere];

/** `root` is a package; a ban that starts with a folder's name is put there. */
function fault(root: string, ban: string, source: string, says: string, tsc?: string[]): Fault {
  const layer = /^(engine|connection|http|protocols|documents|storage) /.exec(ban)?.[1];
  const name = ban.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  return {
    ban: `${root}: ${ban}`,
    path: `${root}/src/${layer === undefined ? '' : `${layer}/`}${name}.ts`,
    source,
    lint: [IMPORTS, says],
    ...(tsc && { tsc }),
  };
}
