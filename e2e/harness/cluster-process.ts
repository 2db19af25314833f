/**
 * Two servers on one database and one Redis behind a balancer without stickiness, in the place of one server.
 *
 *     CLUSTER=nginx CLUSTER_DATABASE=postgres://user@host/%s CLUSTER_REDIS=redis://host pnpm e2e
 *
 * `%s` is replaced by the name of a new database, which `createdb` makes. Each request and each connection goes
 * to the next server.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from './postgres-database.ts';
import {
  freePort,
  HOST,
  ServerProcess,
  withAddress,
  type ServerProcessOptions,
} from './server-process.ts';

export const CLUSTER = process.env['CLUSTER'];

const NODES = 2;
const READY_LIMIT_MS = 60_000;

export class ClusterProcess implements AsyncDisposable {
  readonly port: number;
  readonly #nodes: readonly ServerProcess[];
  readonly #folder: string;
  readonly #balancer: ChildProcess;

  private constructor(
    port: number,
    parts: {
      readonly nodes: readonly ServerProcess[];
      readonly folder: string;
      readonly balancer: ChildProcess;
    },
  ) {
    this.port = port;
    this.#nodes = parts.nodes;
    this.#folder = parts.folder;
    this.#balancer = parts.balancer;
  }

  static async create({ env, arguments: args }: ServerProcessOptions): Promise<ClusterProcess> {
    const template = process.env['CLUSTER_DATABASE'];
    if (template === undefined)
      throw new Error('CLUSTER needs CLUSTER_DATABASE and CLUSTER_REDIS.');
    const database = await createDatabase(template);
    const port = await freePort();
    const shared = {
      ...withAddress(env, urlOf(port)),
      DATABASE_URL: database,
      REDIS_URL: process.env['CLUSTER_REDIS'],
    };
    const nodes = await Promise.all(
      Array.from({ length: NODES }, () =>
        ServerProcess.create({ arguments: args, env: { TRUST_PROXY: '1', ...shared } }),
      ),
    );
    const folder = await mkdtemp(join(tmpdir(), 'tandem-cluster-'));
    const ports = nodes.map((node) => node.port);
    const balancer = await startBalancer({ port, ports, folder });
    return new ClusterProcess(port, { nodes, folder, balancer });
  }

  get url(): string {
    return urlOf(this.port);
  }

  /** The first server's. */
  get child(): ChildProcess | undefined {
    return this.#nodes[0]?.child;
  }

  get log(): string {
    return this.#nodes.map(({ log }) => log).join('\n');
  }

  async start(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.start()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#balancer.exitCode === null) {
      this.#balancer.kill('SIGTERM');
      await once(this.#balancer, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function urlOf(port: number): string {
  return `http://${HOST}:${port}`;
}

interface Balancer {
  readonly port: number;
  readonly ports: readonly number[];
  readonly folder: string;
}

const BALANCERS: Readonly<
  Record<string, { configuration(balancer: Balancer): string; arguments(file: string): string[] }>
> = {
  nginx: {
    configuration: ({ port, ports, folder }) => `
      daemon off; pid ${folder}/pid; error_log stderr warn;
      events { worker_connections 4096; }
      http {
        access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
        map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
        upstream tandem {
          ${ports.map((at) => `server ${HOST}:${at} max_fails=0;`).join(' ')}
        }
        server {
          listen ${HOST}:${port}; client_max_body_size 64m;
          location / {
            proxy_pass http://tandem; proxy_http_version 1.1; proxy_buffering off;
            proxy_request_buffering off; proxy_read_timeout 1h; proxy_send_timeout 1h;
            proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
          }
        }
      }`,
    arguments: (file) => ['-c', file],
  },
  haproxy: {
    configuration: ({ port, ports }) => `
defaults
  mode http
  option http-no-delay
  option forwardfor
  retries 3
  option redispatch 1
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend front
  bind ${HOST}:${port}
  default_backend tandem
backend tandem
  balance roundrobin
  ${ports.map((at, index) => `server node${index} ${HOST}:${at}`).join('\n  ')}
`,
    arguments: (file) => ['-f', file, '-db'],
  },
};

async function startBalancer(balancer: Balancer): Promise<ChildProcess> {
  const kind = BALANCERS[CLUSTER ?? ''];
  if (kind === undefined)
    throw new Error(`CLUSTER is one of ${Object.keys(BALANCERS).join(', ')}.`);
  const file = join(balancer.folder, 'configuration');
  await writeFile(file, `${kind.configuration(balancer)}\n`);
  const child = spawn(CLUSTER as string, kind.arguments(file), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  child.once('exit', () => process.off('exit', killOnExit));
  const end = Date.now() + READY_LIMIT_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`${CLUSTER} ended at its start:\n${output}`);
    // 502 and 503 are the balancer's own answers.
    if (
      await fetch(`http://${HOST}:${balancer.port}/`).then(
        () => true,
        () => false,
      )
    )
      return child;
    await sleep(50);
  }
  throw new Error(`${CLUSTER} was not ready in time:\n${output}`);
}
