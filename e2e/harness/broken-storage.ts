/**
 * Storage failures of browsers, as scripts that run before the page's own. They are sent to the
 * browser as text, so they cannot use imports.
 */

export interface Failure {
  readonly name: string;
  readonly script: () => void;
  readonly keeps: 'everything' | 'nothing';
}

function failure(name: string, keeps: Failure['keeps'], script: () => void): Failure {
  return { name, keeps, script };
}

export const INDEXED_DB: readonly Failure[] = [
  failure('missing', 'nothing', () => {
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
  }),
  failure('throwing', 'nothing', () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
  }),
  failure('never opening', 'nothing', () => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name) {
      const request = open.call(this, `unused-${name}`);
      for (const end of ['success', 'error', 'upgradeneeded'])
        request.addEventListener(end, (event) => event.stopImmediatePropagation());
      return request;
    };
  }),
  failure('blocked by another page', 'nothing', () => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name) {
      const request = open.call(this, `unused-${name}`);
      for (const end of ['success', 'error', 'upgradeneeded'])
        request.addEventListener(end, (event) => {
          event.stopImmediatePropagation();
          request.dispatchEvent(new IDBVersionChangeEvent('blocked'));
        });
      return request;
    };
  }),
  failure('refusing transactions', 'nothing', () => {
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    };
  }),
  failure('never answering what is read', 'nothing', () => {
    for (const { prototype } of [IDBObjectStore, IDBIndex])
      for (const name of ['get', 'getAll', 'getKey', 'getAllKeys'] as const) {
        const original = prototype[name] as (this: unknown, ...given: unknown[]) => IDBRequest;
        Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]) {
          const request = original.apply(this, given);
          request.addEventListener('success', (event) => event.stopImmediatePropagation());
          return request;
        });
      }
  }),
  failure('never answering what is written', 'nothing', () => {
    for (const name of ['add', 'put', 'delete'] as const) {
      const original = IDBObjectStore.prototype[name] as (...given: unknown[]) => IDBRequest;
      Reflect.set(
        IDBObjectStore.prototype,
        name,
        function (this: IDBObjectStore, ...given: unknown[]) {
          const request = original.apply(this, given);
          for (const silent of [request, this.transaction])
            for (const end of ['success', 'complete'])
              silent.addEventListener(end, (event) => event.stopImmediatePropagation(), true);
          return request;
        },
      );
    }
  }),
  failure('full', 'nothing', () => {
    for (const name of ['add', 'put'] as const)
      IDBObjectStore.prototype[name] = () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      };
  }),
  failure('ending each transaction that writes', 'nothing', () => {
    for (const name of ['add', 'put'] as const) {
      const original = IDBObjectStore.prototype[name] as (...given: unknown[]) => IDBRequest;
      Reflect.set(
        IDBObjectStore.prototype,
        name,
        function (this: IDBObjectStore, ...given: unknown[]) {
          const request = original.apply(this, given);
          this.transaction.abort();
          return request;
        },
      );
    }
  }),
];

export const LOCKS: readonly Failure[] = [
  failure('missing', 'everything', () => {
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
  }),
  failure('throwing', 'everything', () => {
    LockManager.prototype.request = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
  }),
  failure('refusing', 'everything', () => {
    LockManager.prototype.request = () =>
      Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
  }),
  failure('hanging', 'everything', () => {
    LockManager.prototype.request = () => new Promise(() => undefined);
  }),
  failure('never given back by another page', 'everything', () => {
    const request = (_name: string, options: LockOptions, run?: (lock: null) => unknown) => {
      if (options.ifAvailable === true) run?.(null);
      return new Promise(() => undefined);
    };
    Reflect.set(LockManager.prototype, 'request', request);
  }),
];

export const STORAGE_MANAGER: readonly Failure[] = [
  failure('missing', 'everything', () => {
    Object.defineProperty(Navigator.prototype, 'storage', { value: undefined });
  }),
  failure('throwing', 'everything', () => {
    for (const name of ['persist', 'persisted', 'estimate'] as const)
      Reflect.set(StorageManager.prototype, name, () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      });
  }),
  failure('refusing', 'everything', () => {
    for (const name of ['persist', 'persisted', 'estimate'] as const)
      Reflect.set(StorageManager.prototype, name, () => Promise.reject(new TypeError('no')));
  }),
  failure('hanging', 'everything', () => {
    for (const name of ['persist', 'persisted', 'estimate'] as const)
      Reflect.set(StorageManager.prototype, name, () => new Promise(() => undefined));
  }),
];

export const SERVICE_WORKER: readonly Failure[] = [
  failure('missing', 'everything', () => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });
  }),
  failure('throwing', 'everything', () => {
    ServiceWorkerContainer.prototype.register = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
  }),
  failure('refusing', 'everything', () => {
    ServiceWorkerContainer.prototype.register = () =>
      Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
  }),
  failure('hanging', 'everything', () => {
    ServiceWorkerContainer.prototype.register = () => new Promise(() => undefined);
  }),
];

export const BROADCAST_CHANNEL: readonly Failure[] = [
  failure('missing', 'everything', () => {
    Object.defineProperty(globalThis, 'BroadcastChannel', { value: undefined });
  }),
  failure('throwing', 'everything', () => {
    Object.defineProperty(globalThis, 'BroadcastChannel', {
      value: class {
        constructor() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        }
      },
    });
  }),
  failure('refusing messages', 'everything', () => {
    BroadcastChannel.prototype.postMessage = () => {
      throw new DOMException('The channel is closed.', 'InvalidStateError');
    };
  }),
  failure('telling nothing', 'everything', () => {
    BroadcastChannel.prototype.postMessage = () => undefined;
  }),
];

export const WEB_STORAGE: readonly Failure[] = [
  failure('missing', 'everything', () => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(globalThis, name, { value: undefined });
  }),
  failure('switched off', 'everything', () => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(globalThis, name, {
        get: () => {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
  }),
  failure('throwing', 'everything', () => {
    for (const name of ['getItem', 'setItem', 'removeItem', 'key'])
      Reflect.set(Storage.prototype, name, () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      });
  }),
  failure('full', 'everything', () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    };
  }),
];
