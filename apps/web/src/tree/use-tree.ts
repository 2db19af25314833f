import type { LibraryState } from '@tandem/protocol';
import { useEffect, useMemo } from 'react';
import { useObservable } from '../runtime/observable.ts';
import { useServices, type Services } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { TreeLoader } from './tree-loader.ts';
import {
  toChildren,
  treeRows,
  type Children,
  type TreeDocument,
  type TreeRow,
} from './tree-rows.ts';

const loaders = new WeakMap<Services['library'], TreeLoader>();

/** One for the page: the sidebar may be drawn twice. */
function treeLoader({ client, library }: Services): TreeLoader {
  const loader = loaders.get(library) ?? new TreeLoader(client.pages, library);
  loaders.set(library, loader);
  return loader;
}

export interface TreeView {
  readonly loader: TreeLoader;
  readonly documents: readonly TreeDocument[];
  readonly children: Children;
  readonly rows: readonly TreeRow[];
}

/** The person's tree, with pending moves applied; null while the library is unknown. */
export function useTree(): TreeView | null {
  const services = useServices();
  const loader = treeLoader(services);
  useEffect(() => loader.start(), [loader]);
  const documents = useChannelValue(services.library, documentsOf);
  const expanded = useObservable(loader.expanded);
  const parts = useObservable(loader.parts);
  const children = useMemo(() => toChildren(documents ?? []), [documents]);
  const rows = useMemo(() => treeRows({ children, expanded, parts }), [children, expanded, parts]);
  return useMemo(
    () => (documents === null ? null : { loader, documents, children, rows }),
    [loader, documents, children, rows],
  );
}

function documentsOf({ state }: { readonly state: LibraryState | null }) {
  return state?.documents ?? null;
}
