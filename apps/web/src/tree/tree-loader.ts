/** Loads the parts of the tree that a person looks at into the library, and remembers which those are. */
import type { ChannelSession, Client } from '@tandem/client';
import * as z from 'zod/mini';
import { Observable } from '../runtime/observable.ts';
import { deviceStorage } from '../session/device-storage.ts';
import type { LoadedPart } from './tree-rows.ts';

const KEY = 'tree-expanded';
const MAX_KEPT = 500;

export class TreeLoader {
  readonly expanded = new Observable<ReadonlySet<string>>(
    new Set(deviceStorage.read(KEY, z.array(z.string()).check(z.maxLength(MAX_KEPT))) ?? []),
  );
  readonly parts = new Observable<ReadonlyMap<string | null, LoadedPart>>(new Map());
  readonly #pages: Client['pages'];
  readonly #library: ChannelSession<'library'>;
  #isLive = false;

  constructor(pages: Client['pages'], library: ChannelSession<'library'>) {
    this.#pages = pages;
    this.#library = library;
  }

  /** Follows the connection: what came while there was none is read again. @returns a function that stops this */
  start(): () => void {
    const follow = () => {
      const isLive = this.#library.status === 'live';
      if (isLive && !this.#isLive) this.#forget();
      this.#isLive = isLive;
    };
    follow();
    return this.#library.onChange(follow);
  }

  expand(document: string): void {
    this.#setExpanded(new Set([...this.expanded.get(), document]));
  }

  collapse(document: string): void {
    const rest = new Set(this.expanded.get());
    rest.delete(document);
    this.#setExpanded(rest);
  }

  /** The first page, or the one that follows. */
  async load(parent: string | null): Promise<void> {
    const before = this.parts.get().get(parent);
    if (before?.state === 'loading' || this.#library.status !== 'live') return;
    const after = before?.next ?? null;
    this.#set(parent, { state: 'loading', next: after });
    try {
      const { next } = await this.#pages.loadTree(this.#library, { parent, after });
      this.#set(parent, { state: 'loaded', next });
    } catch {
      this.#set(parent, { state: 'failed', next: after });
    }
  }

  /** Parts that are on the screen ask for themselves again. */
  #forget(): void {
    this.parts.set(new Map([...this.parts.get()].filter(([, { state }]) => state === 'loading')));
    void this.load(null);
  }

  #set(parent: string | null, part: LoadedPart): void {
    this.parts.set(new Map([...this.parts.get(), [parent, part]]));
  }

  #setExpanded(expanded: ReadonlySet<string>): void {
    this.expanded.set(expanded);
    deviceStorage.write(KEY, [...expanded].slice(-MAX_KEPT));
  }
}
