/**
 * The layers of packages that have them: a module imports from layers below its own, never from above,
 * types included. Tests and `testing` folders are exempt.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { parseSync, visitorKeys, type Node } from 'oxc-parser';

/** Folders and files of a source folder, lowest first. Those in one row do not import each other. */
export type Layers = readonly (readonly string[])[];

export const LAYERS: Readonly<Record<string, Layers>> = {
  'apps/server/src': [
    ['limits'],
    ['runtime'],
    ['configuration', 'bus', 'mail'],
    ['storage'],
    ['engine'],
    ['metrics'],
    ['jobs'],
    ['history'],
    ['accounts', 'webhooks', 'digests'],
    ['commands'],
    ['presence', 'rate-limits', 'http'],
    ['transports'],
    ['files'],
    ['connection', 'documents'],
    ['channels'],
    ['protocols', 'api'],
    ['probe', 'cluster'],
    ['engine-notices', 'gateway', 'post-commit-effects'],
    ['server'],
    ['command-line'],
    ['main', 'migrate', 'backup', 'restore'],
  ],
  'apps/web/src': [
    ['translation', 'zod-csp'],
    ['components', 'runtime'],
    ['languages'],
    ['navigation', 'theme', 'editor'],
    ['image-cache'],
    ['uploads'],
    ['session', 'screen'],
    ['unconfirmed'],
    ['save-status'],
    ['trash', 'account', 'export', 'files'],
    ['import'],
    ['copies'],
    ['chat', 'history', 'sharing', 'profile', 'documents', 'help', 'developer'],
    ['administration'],
    ['dashboard', 'templates'],
    ['tree', 'comments'],
    ['palette', 'inbox'],
    ['linking'],
    ['document', 'shell'],
    ['router'],
    ['main'],
  ],
};

const MODULE = /\.tsx?$/;
const TEST_CODE = /\.(test|contract|bench)\.tsx?$|(^|\/)(testing|simulation)\//;

/** Finds imports that go up or sideways, modules without a layer, and layers without a module. */
export async function findLayerViolations(folder: string, layers: Layers): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true }))
    .map((path) => path.replaceAll(sep, '/'))
    .filter((path) => MODULE.test(path) && !TEST_CODE.test(path))
    .toSorted();
  const present = new Set(files.map(layerOf));
  const violations = layers
    .flat()
    .filter((layer) => !present.has(layer))
    .map((layer) => `the layer ${layer} has no module`);
  for (const file of files) {
    const layer = layerOf(file);
    if (levelOf(layer, layers) === -1) {
      violations.push(`${file} belongs to no layer`);
      continue;
    }
    for (const specifier of importsOf(file, await readFile(join(folder, file), 'utf8'))) {
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(file), specifier);
      const other = layerOf(target);
      const level = levelOf(other, layers);
      // Styles need no layer, and other tools check imports that leave the folder.
      const isFree = level === -1 && (!MODULE.test(target) || target.startsWith('../'));
      if (isFree || other === layer) continue;
      if (level !== -1 && level < levelOf(layer, layers)) continue;
      violations.push(`${file} imports ${target}: ${layer} is not above ${other}`);
    }
  }
  return violations;
}

function layerOf(path: string): string {
  return path.split('/')[0]!.replace(/\.tsx?$/, '');
}

function levelOf(layer: string, layers: Layers): number {
  return layers.findIndex((row) => row.includes(layer));
}

function importsOf(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const specifiers: string[] = [];
  const visit = (node: Node): void => {
    if ('source' in node && node.source !== null) addLiteral(node.source, specifiers);
    for (const key of visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
      for (const each of Array.isArray(child) ? child : [child]) if (each != null) visit(each);
    }
  };
  visit(program);
  return specifiers;
}

function addLiteral(node: Node, specifiers: string[]): void {
  if (node.type === 'Literal' && typeof node.value === 'string') specifiers.push(node.value);
}
