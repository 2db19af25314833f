import { gzipSync } from 'node:zlib';
import { relative } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/**
 * Fails the build when the scripts that a browser needs for the first document grow past the budget: those of
 * `index.html`, those of the screen of a document, and all that they import statically. Code that a person uses
 * later belongs behind a `Deferred`, see `src/components/deferred.tsx`.
 */

const FIRST_SCREEN = 'src/document/document-screen.tsx';
const MAX_LISTED = 25;

export interface ChunkFacts {
  readonly fileName: string;
  readonly isEntry: boolean;
  readonly facadeModuleId: string | null;
  readonly imports: readonly string[];
  readonly code: string;
  readonly modules: Readonly<Record<string, { readonly renderedLength: number }>>;
}

export function firstDocumentBudget({ maxBytes }: { readonly maxBytes: number }): Plugin {
  return {
    name: 'first-document-budget',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      const first = firstChunks(chunks);
      const bytes = sum(first.map(compressedLength));
      const summary = `scripts of the first document: ${kilobytes(bytes)} gzip, of ${kilobytes(maxBytes)}`;
      if (bytes <= maxBytes) return this.info(summary);
      this.error(
        [
          `${summary}.`,
          'Load what is used later through `Deferred` (src/components/deferred.tsx), or find something lighter.',
          'By package or folder, gzip:',
          ...largest(sizesBy(first, folderOf)),
          'By module, and what imports it:',
          ...largest(sizesBy(first, nameOf), (name) => importers(this, first, name)),
        ].join('\n'),
      );
    },
  };
}

export function firstChunks<C extends ChunkFacts>(chunks: readonly C[]): readonly C[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set<C>();
  const add = (chunk: C | undefined) => {
    if (chunk === undefined || found.has(chunk)) return;
    found.add(chunk);
    for (const name of chunk.imports) add(byName.get(name));
  };
  for (const chunk of chunks)
    if (chunk.isEntry || chunk.facadeModuleId?.endsWith(FIRST_SCREEN) === true) add(chunk);
  return [...found];
}

/** A module's part of its compressed chunk is estimated by its length. */
export function sizesBy(
  chunks: readonly ChunkFacts[],
  keyOf: (id: string) => string,
): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const chunk of chunks) {
    const modules = Object.entries(chunk.modules);
    const length = sum(modules.map(([, { renderedLength }]) => renderedLength));
    for (const [id, { renderedLength }] of modules) {
      const size = (compressedLength(chunk) * renderedLength) / Math.max(length, 1);
      sizes.set(keyOf(id), (sizes.get(keyOf(id)) ?? 0) + size);
    }
  }
  return sizes;
}

function largest(sizes: ReadonlyMap<string, number>, about = (_: string) => ''): string[] {
  return [...sizes]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MAX_LISTED)
    .map(([name, size]) => `  ${kilobytes(size).padStart(9)}  ${name}${about(name)}`);
}

function importers(
  context: Rolldown.PluginContext,
  chunks: readonly ChunkFacts[],
  name: string,
): string {
  const ids = chunks.flatMap(({ modules }) => Object.keys(modules));
  const id = ids.find((candidate) => nameOf(candidate) === name);
  const names = (id === undefined ? [] : (context.getModuleInfo(id)?.importers ?? []))
    .filter((importer) => ids.includes(importer))
    .map(nameOf);
  if (names.length === 0) return '';
  return ` ← ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}

function folderOf(id: string): string {
  const name = nameOf(id);
  if (!name.startsWith('src/') && !name.startsWith('packages/'))
    return /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
  return name.split('/').slice(0, 2).join('/');
}

function nameOf(id: string): string {
  const installed = id.split('node_modules/').at(-1)!;
  if (installed !== id) return installed;
  return relative(process.cwd(), id)
    .replaceAll('\\', '/')
    .replace(/^(\.\.\/)+/, '');
}

function compressedLength({ code }: ChunkFacts): number {
  return gzipSync(code, { level: 9 }).byteLength;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
