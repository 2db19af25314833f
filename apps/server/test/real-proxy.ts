/** A real proxy program, configured as in the documentation. */
import { execFile, spawn } from 'node:child_process';
import { access, constants, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './running-server.ts';

const PAGE = new URL('../../docs/operate/proxies.md', import.meta.url);
const INSTALL_LIMIT_MS = 300_000;
const START_LIMIT_MS = 15_000;
const execute = promisify(execFile);

export interface ProxyKind {
  readonly name: 'nginx' | 'haproxy' | 'caddy' | 'apache2';
  readonly package: string;
  readonly configure: (snippet: string, place: Place) => string;
  readonly command: (file: string, place: Place) => readonly string[];
}

interface Place {
  readonly port: number;
  readonly target: number;
  readonly folder: string;
}

const toTarget = (snippet: string, { target }: Place): string =>
  snippet.replace('127.0.0.1:3000', `127.0.0.1:${target}`);

const APACHE_MODULES = '/usr/lib/apache2/modules';

export const PROXY_KINDS: readonly ProxyKind[] = [
  {
    name: 'nginx',
    package: 'nginx',
    configure: (snippet, place) => `
pid ${place.folder}/nginx.pid;
error_log ${place.folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${place.folder}/body;
  proxy_temp_path ${place.folder}/proxy;
  fastcgi_temp_path ${place.folder}/fastcgi;
  uwsgi_temp_path ${place.folder}/uwsgi;
  scgi_temp_path ${place.folder}/scgi;
  server {
    listen 127.0.0.1:${place.port};
    ${toTarget(snippet, place)}
  }
}`,
    command: (file, { folder }) => ['-c', file, '-p', folder, '-e', 'stderr', '-g', 'daemon off;'],
  },
  {
    name: 'haproxy',
    package: 'haproxy',
    configure: (snippet, place) =>
      toTarget(snippet, place)
        .replace('bind :80', `bind 127.0.0.1:${place.port}`)
        // Shortens the default interval of two seconds.
        .replace(' check\n', ' check inter 100ms\n'),
    command: (file) => ['-f', file, '-db'],
  },
  {
    name: 'caddy',
    package: 'caddy',
    configure: (snippet, place) =>
      `{\n  admin off\n  auto_https off\n}\n${toTarget(snippet, place).replace('docs.example.org', `http://127.0.0.1:${place.port}`)}`,
    command: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
  {
    name: 'apache2',
    package: 'apache2-bin',
    configure: (snippet, place) => `
${['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'proxy_wstunnel']
  .map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`)
  .join('\n')}
ServerName localhost
Listen 127.0.0.1:${place.port}
PidFile ${place.folder}/apache.pid
Mutex file:${place.folder}
ErrorLog ${place.folder}/error.log
${snippet.replace('127.0.0.1:3000', `127.0.0.1:${place.target}`)}
`,
    command: (file) => ['-f', file, '-D', 'FOREGROUND'],
  },
];

/** The program's path; null where it is missing and cannot be installed. */
export async function findProxy({
  name,
  package: debian,
}: Pick<ProxyKind, 'name' | 'package'>): Promise<string | null> {
  const installed = await onPath(name);
  if (installed !== null || process.getuid?.() !== 0) return installed;
  const options = {
    timeout: INSTALL_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    await execute('apt-get', ['update'], options);
    await execute('apt-get', ['install', '-y', '--no-install-recommends', debian], options);
  } catch {
    // Another system, or no network.
  }
  return await onPath(name);
}

export async function runProxy(
  kind: ProxyKind,
  { program, target }: { readonly program: string; readonly target: number },
): Promise<string> {
  const folder = await temporaryFolder();
  const place = { port: await freePort(), target, folder };
  const file = join(folder, 'configuration');
  await writeFile(file, `${kind.configure(await snippetOf(kind.name), place)}\n`);
  await startProgram([program, ...kind.command(file, place)], place);
  return `http://127.0.0.1:${place.port}`;
}

/** Runs until the test is over. Resolves once it listens on the port. */
export async function startProgram(
  [program, ...values]: readonly [string, ...string[]],
  { port, folder }: Pick<Place, 'port' | 'folder'>,
): Promise<void> {
  const child = spawn(program, values, {
    // Caddy stores unneeded files below its user's home.
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const end = Date.now() + START_LIMIT_MS;
  while (!(await canConnect(port))) {
    if (Date.now() > end || child.exitCode !== null)
      throw new Error(`${program} does not listen:\n${output}`);
    await sleep(20);
  }
}

async function snippetOf(name: ProxyKind['name']): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const language = name === 'apache2' ? 'apache' : name;
  const snippet = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  if (snippet === undefined) throw new Error(`the page on proxies has nothing for ${name}`);
  return snippet;
}

async function onPath(name: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const found = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => found(true));
    socket.once('error', () => found(false));
  });
}
