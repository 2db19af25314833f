import { Deferred, useDeferred } from '../components/deferred.tsx';
import { Observable, useObservable } from '../runtime/observable.ts';

const dialog = new Deferred(() => import('./move-dialog.tsx'));

/** The document whose new place is asked for. */
const moving = new Observable<string | null>(null);

export function askWhereTo(document: string): void {
  moving.set(document);
}

export function MoveHost() {
  const document = useObservable(moving);
  const close = () => moving.set(null);
  const loaded = useDeferred(dialog, document !== null, close);
  if (document === null || loaded === null) return null;
  return <loaded.MoveDialog document={document} onClose={close} />;
}
