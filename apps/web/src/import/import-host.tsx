import { Deferred, Loaded } from '../components/deferred.tsx';
import { useObservable } from '../runtime/observable.ts';
import { importRequest } from './import-request.ts';

const dialog = new Deferred(() => import('./import-dialog.tsx'));

export function ImportHost() {
  const request = useObservable(importRequest);
  return (
    request && <Loaded from={dialog}>{({ ImportDialog }) => <ImportDialog {...request} />}</Loaded>
  );
}
