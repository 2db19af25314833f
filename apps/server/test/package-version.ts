import { readFileSync } from 'node:fs';

/** The version of a dependency of ours, by the name under which we know it. */
export function packageVersion(name: string): string {
  const json = readFileSync(
    new URL(`../node_modules/${name}/package.json`, import.meta.url),
    'utf8',
  );
  return (JSON.parse(json) as { version: string }).version;
}
