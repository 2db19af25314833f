import { Deferred, Loaded } from '../components/deferred.tsx';
import { Observable, useObservable } from '../runtime/observable.ts';

const dialog = new Deferred(() => import('./move-dialog.tsx'));

/** The document whose new place is asked for. */
const moving = new Observable<string | null>(null);

export function askWhereTo(document: string): void {
  moving.set(document);
}

export function MoveHost() {
  const document = useObservable(moving);
  if (document === null) return null;
  return (
    <Loaded from={dialog}>
      {({ MoveDialog }) => <MoveDialog document={document} onClose={() => moving.set(null)} />}
    </Loaded>
  );
}
