import { readFileSync } from 'node:fs';

export function packageVersion(name: string): string {
  const json = readFileSync(
    new URL(`../node_modules/${name}/package.json`, import.meta.url),
    'utf8',
  );
  return (JSON.parse(json) as { version: string }).version;
}
