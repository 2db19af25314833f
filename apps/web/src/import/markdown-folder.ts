/**
 * Markdown files in folders, as Obsidian, Notion and others export them: which documents they become, how these are inside
 * of each other, and what an address in one of them leads to.
 */
import { MAX_WORKSPACE_DOCUMENTS } from '../export/workspace-manifest.ts';
import { RefusedFile } from './imported.ts';
import { ARCHIVE_LIMITS } from './limits.ts';

export interface FolderDocument {
  readonly id: string;
  readonly parent: string | null;
  readonly title: string;
  /** Null for a folder without a text of its own. */
  readonly path: string | null;
}

export type Target =
  | { readonly kind: 'document'; readonly id: string }
  | { readonly kind: 'attachment'; readonly path: string };

/**
 * What an address leads to: `elsewhere` is no part of the zip file, `here` is a place in the same text, and `nothing` should be
 * in the zip file and is not.
 */
export type FoundAddress = Target | { readonly kind: 'elsewhere' | 'here' | 'nothing' };

export class MarkdownFolder {
  /** In the order of the tree. */
  readonly documents: readonly FolderDocument[];
  readonly attachments: readonly string[];
  readonly #targets = new Map<string, Target>();
  /** Names without their folders, those with the shortest paths first. */
  readonly #byName = new Map<string, string[]>();
  readonly #byNotionId = new Map<string, Target>();

  /** @param paths of all files, with slashes */
  constructor(paths: readonly string[]) {
    const shown = paths.filter(isShown);
    this.documents = planTree(shown.filter(isMarkdown));
    this.attachments = shown.filter((path) => !isMarkdown(path));
    for (const { id, path } of this.documents)
      if (path !== null) this.#add(path, { kind: 'document', id });
    for (const path of this.attachments) this.#add(path, { kind: 'attachment', path });
    for (const names of this.#byName.values())
      names.sort((a, b) => a.split('/').length - b.split('/').length);
  }

  /** @param from the path of the file in which the address is */
  find(from: string, address: string): FoundAddress {
    if (address.startsWith('#')) return { kind: 'here' };
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) return this.#findNotionPage(address);
    const whole = decode(address);
    const path = decode(address.replace(/[?#][^]*$/, ''));
    return this.#findPath(from, whole) ?? this.#findPath(from, path) ?? { kind: 'nothing' };
  }

  /** Of `[[name]]`, which has no extension when it is a Markdown file. */
  findByName(from: string, name: string): FoundAddress {
    if (name === '') return { kind: 'here' };
    for (const ending of ['', ...MARKDOWN_ENDINGS]) {
      const found = this.#findPath(from, name + ending);
      if (found !== null) return found;
    }
    return { kind: 'nothing' };
  }

  #add(path: string, target: Target): void {
    const key = keyOf(path);
    if (this.#targets.has(key)) return;
    this.#targets.set(key, target);
    const name = key.split('/').at(-1)!;
    const same = this.#byName.get(name);
    if (same === undefined) this.#byName.set(name, [key]);
    else same.push(key);
    const id = target.kind === 'document' ? NOTION_ID.exec(stemOf(path))?.[1] : undefined;
    if (id !== undefined) this.#byNotionId.set(id, target);
  }

  #findPath(from: string, address: string): Target | null {
    const path = normalizePath(address);
    if (path === '') return null;
    const near = normalizePath(`${folderOf(from)}/${address}`);
    const key = keyOf(path);
    const found = address.startsWith('/') ? null : this.#targets.get(keyOf(near));
    if (found !== undefined && found !== null) return found;
    const same = this.#byName.get(key.split('/').at(-1)!) ?? [];
    const named = same.find((other) => other === key || other.endsWith(`/${key}`));
    return this.#targets.get(key) ?? (named === undefined ? null : this.#targets.get(named)!);
  }

  /** Pages of Notion name each other by their addresses there when they are in another branch of an export. */
  #findNotionPage(address: string): FoundAddress {
    const id = /^https:\/\/(?:[\w-]+\.)?notion\.(?:so|site)\/[^?#]*?([0-9a-f]{32})(?:[?#]|$)/i.exec(
      address,
    )?.[1];
    return (id && this.#byNotionId.get(id.toLowerCase())) || { kind: 'elsewhere' };
  }
}

const MARKDOWN_ENDINGS = ['.md', '.markdown', '.mdown'];
/** At the end of names in exports of Notion. */
const NOTION_ID = / ([0-9a-f]{32})$/;
/** Documents that are in more folders are put beside the last of these. */
const MAX_FOLDERS = 20;

export function isMarkdown(path: string): boolean {
  return /\.(?:md|markdown|mdown)$/i.test(path);
}

/** Not what programs and systems keep for themselves. */
function isShown(path: string): boolean {
  return path
    .split('/')
    .every((name) => !/^(?:\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i.test(name));
}

/** As a path in the zip file, whatever it says: it leads nowhere else. */
export function normalizePath(given: string): string {
  const path: string[] = [];
  for (const name of given.normalize('NFC').split(/[/\\]/)) {
    if (name === '..') path.pop();
    else if (name !== '' && name !== '.') path.push(name);
  }
  return path.join('/');
}

function keyOf(path: string): string {
  return path.toLowerCase();
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[A-Za-z0-9]{1,10}$/, '');
}

function decode(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

interface Folder {
  readonly name: string;
  readonly folders: Map<string, Folder>;
  readonly texts: string[];
}

const ORDER = new Intl.Collator('en', { numeric: true });

function planTree(paths: readonly string[]): readonly FolderDocument[] {
  const root: Folder = { name: '', folders: new Map(), texts: [] };
  for (const path of paths) {
    const names = path.split('/');
    if (names.length > ARCHIVE_LIMITS.maxFolders) throw new RefusedFile('too-deep');
    let folder = root;
    for (const name of names.slice(0, -1)) {
      const inner = folder.folders.get(name) ?? { name, folders: new Map(), texts: [] };
      folder.folders.set(name, inner);
      folder = inner;
    }
    folder.texts.push(path);
  }
  const documents: FolderDocument[] = [];
  const add = (title: string, parent: string | null, path: string | null): string => {
    if (documents.length === MAX_WORKSPACE_DOCUMENTS) throw new RefusedFile('too-large');
    const id = `document-in-zip-${documents.length}`;
    documents.push({ id, parent, title, path });
    return id;
  };
  const plan = (folder: Folder, parent: string | null, depth: number): void => {
    const isDeepest = depth >= MAX_FOLDERS;
    for (const { title, path, inside } of partsOf(folder)) {
      const document = path === null && isDeepest ? parent : add(title, parent, path);
      for (const inner of inside) plan(inner, isDeepest ? parent : document, depth + 1);
    }
  };
  plan(root, null, 0);
  return documents;
}

interface Part {
  readonly title: string;
  readonly path: string | null;
  readonly inside: readonly Folder[];
}

/** A folder is inside the text of the same name, with or without the id that Notion gives it. */
function partsOf({ folders, texts }: Folder): readonly Part[] {
  const rest = new Map(folders);
  const take = (name: string): readonly Folder[] => {
    const folder = rest.get(name);
    rest.delete(name);
    return folder === undefined ? [] : [folder];
  };
  const parts = texts.map((path) => ({ path, title: titleOf(stemOf(path)), stem: stemOf(path) }));
  const own = new Map(parts.map(({ path, stem }) => [path, take(stem)]));
  const all = parts.map(({ path, title }) => {
    const inside = own.get(path)!;
    return { title, path, inside: inside.length > 0 ? inside : take(title) };
  });
  const without = [...rest.values()].map((folder) => ({
    title: titleOf(folder.name),
    path: null,
    inside: [folder],
  }));
  return [...all, ...without].sort((a, b) => ORDER.compare(a.title, b.title));
}

function titleOf(stem: string): string {
  return stem.replace(NOTION_ID, '').trim() || stem;
}
