import { describe, expect, test } from 'vitest';
import { describeConfiguration, readConfiguration } from './configuration.ts';
import { StartupError } from '../runtime/startup-error.ts';

describe('configuration', () => {
  test('needs nothing', () => {
    const configuration = readConfiguration({});
    expect(configuration).toMatchObject({
      port: 3000,
      host: null,
      dataDir: './data',
      engineWorkers: null,
      allowsPublicPages: true,
      historyFullDays: null,
      allowGuests: true,
    });
    expect(configuration.limits).toEqual({
      connectionsPerUser: 20,
      connectionsPerAddress: 200,
      hellosPerSecond: 2_000,
      messagesPerSecond: 200,
      bytesPerSecond: 2_097_152,
    });
  });

  test('lets stock clients create documents in development only, unless it is configured', () => {
    expect(readConfiguration({ NODE_ENV: 'development' }).allowAdhocDocuments).toBe(true);
    expect(readConfiguration({}).allowAdhocDocuments).toBe(false);
    expect(readConfiguration({ ALLOW_ADHOC_DOCUMENTS: 'true' }).allowAdhocDocuments).toBe(true);
    expect(
      readConfiguration({ NODE_ENV: 'development', ALLOW_ADHOC_DOCUMENTS: 'false' })
        .allowAdhocDocuments,
    ).toBe(false);
  });

  test('has everyone for an administrator, except in production', () => {
    expect(readConfiguration({ NODE_ENV: 'development' }).administrators).toBe('everyone');
    expect(readConfiguration({ NODE_ENV: 'test' }).administrators).toBe('everyone');
    expect(readConfiguration({}).administrators).toEqual([]);
    const given = (ADMINISTRATORS: string) =>
      readConfiguration({ NODE_ENV: 'development', ADMINISTRATORS }).administrators;
    expect(given('01A, 01B')).toEqual(['01A', '01B']);
    expect(readConfiguration({ ADMINISTRATORS: '*' }).administrators).toBe('everyone');
    expect(() => given('01A,*')).toThrow(
      'ADMINISTRATORS is "01A,*"; it must be ids of users with commas between them, or * for everyone.',
    );
  });

  test('AC15 reads OpenID providers, and repeats no secret of them in a problem', () => {
    const provider = {
      ...{ id: 'corp', name: 'Corp', issuer: 'https://id.example.org' },
      ...{ clientId: 'tandem', clientSecret: 'hidden' },
    };
    const read = (providers: unknown, PUBLIC_URL = 'https://docs.example.org') =>
      readConfiguration({ PUBLIC_URL, OIDC_PROVIDERS: JSON.stringify(providers) }).oidcProviders;
    expect(readConfiguration({}).oidcProviders).toEqual([]);
    expect(read([provider])).toEqual([provider]);
    expect(() => read([provider], '')).toThrow('OIDC_PROVIDERS is set without PUBLIC_URL');
    expect(() => read([provider, provider])).toThrow('two providers of the same id');
    for (const wrong of [
      [{ ...provider, id: 'Corp!' }],
      [{ ...provider, issuer: 'http://id.example.org' }],
      [{ ...provider, issuer: 'javascript:alert(1)' }],
      provider,
    ]) {
      expect(() => read(wrong)).toThrow('OIDC_PROVIDERS is not readable');
      expect(() => read(wrong)).not.toThrow('hidden');
    }
    expect(() => readConfiguration({ OIDC_PROVIDERS: '[{' })).toThrow('is not readable');
  });

  test('counts an empty variable as not set', () => {
    expect(readConfiguration({ PORT: '', PUBLIC_URL: '' })).toMatchObject({
      port: 3000,
      publicUrl: null,
    });
  });

  test('tells all problems at once, in sentences', () => {
    const read = (): unknown =>
      readConfiguration({
        PORT: '80a',
        ENGINE_WORKERS: '0',
        ALLOW_GUESTS: 'yes',
        PUBLIC_URL: 'ftp://x',
        ALLOWED_ORIGINS: 'https://a.example/path',
      });
    expect(read).toThrow(StartupError);
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

  test.each([
    ['https://ana:geheim@example.org', 'contains a user name or a password; leave them out.'],
    ['https://example.org/?a=1', 'contains a query or a fragment;'],
    ['https://example.org/#a', 'contains a query or a fragment;'],
    ['https://example.org/docs', 'contains a path, and Tandem is served at the root'],
    ['example.org', 'is "example.org"; it must be an address such as https://docs.example.org.'],
  ])('refuses %s as PUBLIC_URL, and says why', (PUBLIC_URL, sentence) => {
    const read = (): unknown => readConfiguration({ PUBLIC_URL });
    expect(read).toThrow(`PUBLIC_URL ${sentence}`);
    expect(read).not.toThrow(/geheim/);
  });

  test('refuses a collector whose address holds a password', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://ana:geheim@collector:4318/otlp';
    expect(() => readConfiguration({ OTEL_EXPORTER_OTLP_ENDPOINT })).toThrow(
      'OTEL_EXPORTER_OTLP_ENDPOINT contains a user name or a password; leave them out.',
    );
  });

  test('lets webhooks reach hosts that are named as they are in addresses', () => {
    const read = (WEBHOOK_ALLOWED_HOSTS: string) =>
      readConfiguration({ WEBHOOK_ALLOWED_HOSTS }).webhookAllowedHosts;
    expect(readConfiguration({}).webhookAllowedHosts).toEqual([]);
    expect(read('ci.internal, 10.0.0.5:8080, [::1]:443')).toEqual([
      ...['ci.internal', '10.0.0.5:8080', '[::1]:443'],
    ]);
    for (const host of ['http://ci.internal', 'CI.internal', '::1', 'ci.internal/hook', 'a@b', '*'])
      expect(() => read(host), host).toThrow('WEBHOOK_ALLOWED_HOSTS is');
  });

  test('lets the sites that are named show this one in a frame, and nobody else', () => {
    expect(readConfiguration({}).allowedFrames).toEqual([]);
    const read = (ALLOWED_FRAMES: string) => readConfiguration({ ALLOWED_FRAMES }).allowedFrames;
    expect(read('https://a.example, https://*.b.example')).toEqual([
      'https://a.example',
      'https://*.b.example',
    ]);
    for (const wrong of ['*', 'https://*', 'a.example', "'self'; script-src *"])
      expect(() => read(wrong), wrong).toThrow(/ALLOWED_FRAMES is/);
  });

  test('refuses Redis without Postgres, and repeats no password', () => {
    const read = (environment: Record<string, string>) => () => readConfiguration(environment);
    const REDIS_URL = 'redis://:geheim@cache';
    expect(read({ REDIS_URL })).toThrow(/^REDIS_URL is set without DATABASE_URL(?!.*geheim)/);
    expect(read({ DATABASE_URL: 'mysql://ana:geheim@db/docs' })).toThrow(
      /^DATABASE_URL is not the address of a Postgres database; (?!.*geheim)/,
    );
    const DATABASE_URL = 'postgres://ana:geheim@db/docs';
    expect(read({ REDIS_URL, DATABASE_URL })()).toMatchObject({ redisUrl: REDIS_URL });
  });

  test('keeps files in a folder or in a bucket, and repeats no secret of one that is not complete', () => {
    const read = (FILES_URL: string) => readConfiguration({ FILES_URL }).filesPlace;
    expect(readConfiguration({}).filesPlace).toBeNull();
    expect(read('file:///srv/tandem%20files')).toEqual({
      kind: 'folder',
      path: '/srv/tandem files',
    });
    expect(read('s3://KEY:a%2Fb%2Bc@s3.example.org/bucket?region=eu-1')).toEqual({
      kind: 'bucket',
      address: new URL('https://s3.example.org/bucket/'),
      region: 'eu-1',
      accessKeyId: 'KEY',
      secretAccessKey: 'a/b+c',
    });
    expect(read('s3+http://KEY:geheim@minio:9000/bucket/of/tandem/?region=eu-1')).toMatchObject({
      address: new URL('http://minio:9000/bucket/of/tandem/'),
    });
    for (const wrong of [
      's3://KEY:geheim@s3.example.org/?region=eu-1',
      's3://KEY:geheim@s3.example.org/bucket',
      's3://geheim@s3.example.org/bucket?region=eu-1',
      'https://KEY:geheim@s3.example.org/bucket?region=eu-1',
      'file://host/geheim',
      'geheim',
    ]) {
      expect(() => read(wrong), wrong).toThrow(/^FILES_URL /);
      expect(() => read(wrong), wrong).not.toThrow(/geheim/);
    }
  });

  test('takes several secrets, newest first, each of them long enough', () => {
    const [newer, older] = ['n'.repeat(32), 'o'.repeat(32)];
    expect(readConfiguration({ AUTH_SECRET: `${newer}, ${older}` }).authSecrets).toEqual([
      newer,
      older,
    ]);
    expect(() => readConfiguration({ AUTH_SECRET: `${newer},short` })).toThrow(/too short/);
  });

  test('does not repeat a secret', () => {
    expect(() => readConfiguration({ AUTH_SECRET: 'hunter2' })).toThrow(
      'AUTH_SECRET is too short; it must be at least 32 characters, or several such with commas.',
    );
    expect(() => readConfiguration({ METRICS_TOKEN: 'hunter2' })).toThrow(
      'METRICS_TOKEN is too short; it must be at least 16 characters.',
    );
    expect(() => readConfiguration({ OTEL_EXPORTER_OTLP_HEADERS: 'hunter2' })).toThrow(
      'OTEL_EXPORTER_OTLP_HEADERS is not readable; it must be names and values',
    );
  });

  test('reads where traces go as OpenTelemetry says it', () => {
    expect(readConfiguration({}).traces).toBeNull();
    const { traces } = readConfiguration({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a+b==,x-team=real%20time',
    });
    expect(traces).toEqual({
      endpoint: new URL('http://collector:4318'),
      headers: { 'api-key': 'a+b==', 'x-team': 'real time' },
      service: 'tandem',
    });
  });

  test('describes each variable for the documentation', () => {
    const table = describeConfiguration();
    expect(table.map((row) => row.name)).toContain('DATA_DIR');
    for (const row of table) {
      expect(row.expected, row.name).not.toBe('undefined');
      expect(row.purpose, row.name).toMatch(/\.$/);
    }
  });
});

// The documentation's page is written by this test: `vitest run -u`.
test('is what the page of settings says', async () => {
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
  await expect(page.join('')).toMatchFileSnapshot('../../../docs/operate/settings.md');
});
