import { availableParallelism } from 'node:os';
import { defineConfig, devices } from '@playwright/test';

const MAX_WORKERS = 2;
const executablePath = process.env['TANDEM_CHROMIUM'];

export default defineConfig({
  testDir: 'tests',
  testMatch: '**/*.test.ts',
  fullyParallel: true,
  workers: Math.min(MAX_WORKERS, availableParallelism()),
  // A test that passes on retry has an undiscovered bug.
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['./harness/snapshot-reporter.ts']],
  // Long enough for a busy machine: these end tests that would never end, and measure nothing.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    actionTimeout: 20_000,
    // Recording traces takes a quarter of a run's processor time: TRACE=on enables it.
    trace: process.env['TRACE'] === 'on' ? 'retain-on-failure' : 'off',
    // Each new browser context would install the service worker and cache the whole application.
    // Files that test it allow it.
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
  // All tests run twice: with TRANSPORT=blocked, no WebSocket passes.
  projects: [
    {
      name: process.env['TRANSPORT'] === 'blocked' ? 'blocked' : 'desktop',
      use: { ...devices['Desktop Chrome'] },
    },
  ],
});
