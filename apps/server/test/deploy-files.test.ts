/** The files of `deploy/` are readable, and name only files, settings and servers that exist. */
import { execFile } from 'node:child_process';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeConfiguration } from '../src/configuration/configuration.ts';
import { onPath } from './programs.ts';
import { temporaryFolder } from './running-server.ts';

const execute = promisify(execFile);
const REPO = resolve(import.meta.dirname, '../../..');
const DEPLOY = join(REPO, 'deploy');
const OPERATE = join(REPO, 'apps/docs/operate');
const CHART = join(DEPLOY, 'helm/tandem');
const DRAIN_AND_STOP_S = 30;

/** Node's own, and one that the parts of a cluster share before it has an effect. */
const OTHER_VARIABLES = ['NODE_ENV'];
const settings = new Set([...describeConfiguration().map(({ name }) => name), ...OTHER_VARIABLES]);

function parse(text: string): unknown[] {
  return parseAllDocuments(text, { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as unknown;
  });
}

const read = (...path: string[]): Promise<string> => readFile(join(...path), 'utf8');

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
interface ComposeService {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
  readonly networks?: { readonly tandem?: { readonly ipv4_address?: string } };
}

describe.each(['compose.yml', 'cluster.yml'])('%s', (name) => {
  const folder = join(DEPLOY, 'compose');

  test('names files, volumes and settings that exist', async () => {
    const [{ services, volumes }] = parse(await read(folder, name)) as [Compose];
    for (const { build, environment = {}, volumes: mounts = [], ...service } of Object.values(
      services,
    )) {
      for (const mount of mounts) {
        const [source = ''] = mount.split(':');
        // Made by the operator, and not in the repo.
        if (source.endsWith('/tls')) continue;
        if (source.startsWith('.')) await access(join(folder, source));
        else expect(Object.keys(volumes)).toContain(source);
      }
      if (build === undefined) continue;
      await access(join(folder, build.context, build.dockerfile));
      for (const variable of Object.keys(environment)) expect(settings).toContain(variable);
      const drainS = Number(environment['DRAIN_DELAY_SECONDS'] ?? 0);
      expect(Number.parseInt(service.stop_grace_period ?? '0', 10)).toBeGreaterThan(
        drainS + DRAIN_AND_STOP_S,
      );
    }
  });
});

test('nginx and Prometheus of the cluster know its servers', async () => {
  const [{ services }] = parse(await read(DEPLOY, 'compose/cluster.yml')) as [Compose];
  const servers = Object.entries(services).filter(([, { build }]) => build !== undefined);
  expect(servers).toHaveLength(3);
  const nodes = await read(DEPLOY, 'compose/tandem-nodes.conf');
  expect([...nodes.matchAll(/^server (.+):3000 /gm)].map(([, address]) => address)).toEqual(
    servers.map(([, { networks }]) => networks?.tandem?.ipv4_address),
  );
  const [prometheus] = parse(await read(DEPLOY, 'compose/prometheus.yml')) as [
    { scrape_configs: { static_configs: { targets: string[] }[] }[] },
  ];
  expect(prometheus.scrape_configs[0]?.static_configs[0]?.targets).toEqual(
    servers.map(([name]) => `${name}:3000`),
  );
});

test('the example of the environment has what the cluster asks for', async () => {
  const asked = (await read(DEPLOY, 'compose/cluster.yml')).matchAll(/\$\{(\w+)/g);
  const example = await read(DEPLOY, 'compose/example.env');
  for (const [, name] of asked) expect(example).toMatch(new RegExp(`^${name}=`, 'm'));
});

test('the data source and the dashboards of Grafana are readable', async () => {
  for (const name of await readdir(join(DEPLOY, 'compose/grafana')))
    parse(await read(DEPLOY, 'compose/grafana', name));
});

const promtool = await onPath('promtool');
test.runIf(promtool !== null)('Prometheus reads its configuration and the alerts', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'token'), 'token');
  const alerts = await read(OPERATE, 'tandem-alerts.yml');
  await writeFile(join(folder, 'tandem-alerts.yml'), alerts);
  for (const path of [join(OPERATE, 'prometheus.yml'), join(DEPLOY, 'compose/prometheus.yml')]) {
    const text = await readFile(path, 'utf8');
    const file = join(folder, 'prometheus.yml');
    await writeFile(
      file,
      text.replace(/credentials_file: .*/, `credentials_file: ${folder}/token`),
    );
    const { stdout } = await execute(promtool as string, ['check', 'config', file]);
    expect(stdout).toContain('SUCCESS');
  }
});

describe('the chart', () => {
  test('has readable values, and sets settings that exist', async () => {
    parse(await read(CHART, 'Chart.yaml'));
    parse(await read(CHART, 'values.yaml'));
    const template = await read(CHART, 'templates/deployment.yaml');
    const names = [...template.matchAll(/name: ([A-Z][A-Z_]+)/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(settings).toContain(name);
  });

  test('has the version of the product', async () => {
    const { version } = JSON.parse(await read(REPO, 'package.json')) as { version: string };
    const [chart] = parse(await read(CHART, 'Chart.yaml')) as [{ appVersion: string }];
    expect(chart.appVersion).toBe(version);
  });
});

const helm = await onPath('helm');
describe.runIf(helm !== null)('the chart, rendered', () => {
  test.each([
    ['a cluster', {}, ['Deployment', 'PodDisruptionBudget', 'Service']],
    ['one server', { mode: 'single' }, ['Deployment', 'PersistentVolumeClaim', 'Service']],
    [
      'a cluster with everything',
      {
        tls: { secret: 'certificate' },
        ingress: { enabled: true, className: 'nginx', tlsSecret: 'ingress' },
        serviceMonitor: { enabled: true },
        settings: { ADMINISTRATORS: '01J' },
        nodeSelector: { pool: 'documents' },
      },
      ['Deployment', 'Ingress', 'PodDisruptionBudget', 'Service', 'ServiceMonitor'],
    ],
  ])('is %s', async (_, values, kinds) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    await execute(helm as string, ['lint', '--strict', CHART, '--values', file]);
    const rendered = ['template', 'docs', CHART, '--values', file];
    const { stdout } = await execute(helm as string, rendered);
    const objects = parse(stdout) as { kind: string }[];
    expect(objects.map(({ kind }) => kind).sort()).toEqual(kinds);
  });
});
