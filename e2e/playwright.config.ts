import { availableParallelism } from 'node:os';
import { defineConfig, devices } from '@playwright/test';

const MAX_WORKERS = 2;
const executablePath = process.env['TANDEM_CHROMIUM'];

export default defineConfig({
  testDir: 'tests',
  testMatch: '**/*.test.ts',
  fullyParallel: true,
  workers: Math.min(MAX_WORKERS, availableParallelism()),
  // A test that passes at the second try is a bug that has not been found.
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    actionTimeout: 10_000,
    // A recorded trace takes a quarter of the processor time of a run: TRACE=on records one.
    trace: process.env['TRACE'] === 'on' ? 'retain-on-failure' : 'off',
    // Each new browser context would install the service worker and cache the whole application. Files
    // about what it does allow it.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  // The same tests twice: with TRANSPORT=blocked, no WebSocket gets through.
  projects: [
    {
      name: process.env['TRANSPORT'] === 'blocked' ? 'blocked' : 'desktop',
      use: { ...devices['Desktop Chrome'] },
    },
  ],
});
