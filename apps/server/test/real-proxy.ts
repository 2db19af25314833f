/** A real proxy program, configured as in the documentation. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startProgram } from './programs.ts';
import { temporaryFolder } from './running-server.ts';

const PAGE = new URL('../../docs/operate/proxies.md', import.meta.url);

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

async function snippetOf(name: ProxyKind['name']): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const language = name === 'apache2' ? 'apache' : name;
  const snippet = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  if (snippet === undefined) throw new Error(`the page on proxies has nothing for ${name}`);
  return snippet;
}
