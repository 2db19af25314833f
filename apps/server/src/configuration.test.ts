import { describe, expect, it } from 'vitest';
import { describeConfiguration, readConfiguration } from './configuration.ts';
import { StartupProblem } from './startup-problem.ts';

describe('configuration', () => {
  it('needs nothing', () => {
    const configuration = readConfiguration({});
    expect(configuration).toMatchObject({
      port: 3000,
      host: null,
      dataDir: './data',
      engineWorkers: 2,
      allowGuests: true,
    });
    expect(configuration.limits).toEqual({
      connectionsPerUser: 20,
      connectionsPerAddress: 200,
      messagesPerSecond: 200,
      bytesPerSecond: 2_097_152,
    });
  });

  it('lets stock clients create documents in development only, unless it is told to', () => {
    expect(readConfiguration({ NODE_ENV: 'development' }).allowAdhocDocuments).toBe(true);
    expect(readConfiguration({}).allowAdhocDocuments).toBe(false);
    expect(readConfiguration({ ALLOW_ADHOC_DOCUMENTS: 'true' }).allowAdhocDocuments).toBe(true);
    expect(
      readConfiguration({ NODE_ENV: 'development', ALLOW_ADHOC_DOCUMENTS: 'false' })
        .allowAdhocDocuments,
    ).toBe(false);
  });

  it('counts an empty variable as not set', () => {
    expect(readConfiguration({ PORT: '', PUBLIC_URL: '' })).toMatchObject({
      port: 3000,
      publicUrl: null,
    });
  });

  it('tells all problems at once, in sentences', () => {
    const read = (): unknown =>
      readConfiguration({
        PORT: '80a',
        ENGINE_WORKERS: '0',
        ALLOW_GUESTS: 'yes',
        PUBLIC_URL: 'ftp://x',
        ALLOWED_ORIGINS: 'https://a.example/path',
      });
    expect(read).toThrow(StartupProblem);
    expect(read).toThrow(
      [
        'PORT is "80a"; it must be a whole number from 0 to 65535.',
        'PUBLIC_URL is "ftp://x"; it must be an address such as https://docs.example.org.',
        'ALLOW_GUESTS is "yes"; it must be "true" or "false".',
        'ALLOWED_ORIGINS is "https://a.example/path"; it must be origins with commas between them, such as https://app.example.org.',
        'ENGINE_WORKERS is "0"; it must be a whole number from 1 to 64.',
      ].join('\n'),
    );
  });

  it('does not repeat a secret', () => {
    expect(() => readConfiguration({ AUTH_SECRET: 'hunter2' })).toThrow(
      'AUTH_SECRET is too short; it must be at least 32 characters.',
    );
  });

  it('describes each variable for the documentation', () => {
    const table = describeConfiguration();
    expect(table.map((row) => row.name)).toContain('DATA_DIR');
    for (const row of table) {
      expect(row.expected, row.name).not.toBe('undefined');
      expect(row.purpose, row.name).toMatch(/\.$/);
    }
  });
});

// The documentation's page is written by this test: `vitest run -u`.
it('is what the page of settings says', async () => {
  const rows = describeConfiguration().map(
    ({ name, expected, unset, purpose }) =>
      `| \`${name}\` | ${purpose} | ${expected} | ${unset === null ? '' : `\`${unset}\``} |\n`,
  );
  const page = [
    '# Settings\n\n',
    'Settings are environment variables. All problems with them are reported together at the start.\n\n',
    '| Variable | What it is for | What it must be | Unset |\n|---|---|---|---|\n',
    ...rows,
  ];
  await expect(page.join('')).toMatchFileSnapshot('../../docs/operate/settings.md');
});
