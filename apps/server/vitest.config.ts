import { defineConfig } from 'vitest/config';

/** Tests of whole servers that show whether their database does what it must. */
const WITH_EACH_DATABASE = [
  'account-mails',
  'api-tokens',
  'accounts',
  'backup',
  'channels',
  'commands',
  'content',
  'conversation',
  'feeds',
  'files',
  'history',
  'met-people',
  'oidc',
  'passkeys',
  'people',
  'public-pages',
  'route-matrix',
  'required-sign-in',
  'sessions-and-roles',
  'sessions',
  'stock-hocuspocus',
  'stock-y-websocket',
  'token-matrix',
  'transports',
].map((name) => `test/${name}.test.ts`);

/** Long enough for a busy machine: it ends tests that would never end, and measures nothing. */
const POLLING = { poll: { timeout: 15_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['**/*.long.test.ts'],
          // A process and a module cache for each file would take two thirds of the processor time.
          pool: 'threads',
          isolate: false,
          testTimeout: 60_000,
          expect: POLLING,
        },
      },
      { test: { name: 'long', include: ['src/**/*.long.test.ts'], testTimeout: 600_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/postgres/**'],
          globalSetup: ['test/bundle.ts'],
          expect: POLLING,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'postgres',
          include: ['test/postgres/**/*.test.ts', ...WITH_EACH_DATABASE],
          globalSetup: ['test/bundle.ts', 'test/postgres-setup.ts'],
          expect: POLLING,
          env: { TEST_DATABASE: 'postgres' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'measure',
          include: ['test/postgres/**/*.measure.ts'],
          globalSetup: ['test/bundle.ts', 'test/postgres-setup.ts'],
        },
      },
    ],
  },
});
