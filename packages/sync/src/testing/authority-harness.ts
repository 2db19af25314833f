/** Fixtures of the authority's tests: writers, and an authority driven step by step. */
import * as Y from 'yjs';
import { Authority } from '../authority.ts';
import type { AuthorityRules } from '../authority-rules.ts';
import type { EngineEvent, OpenRequest } from '../engine-event.ts';
import type { LaterRows, StoredDocument } from '../stored-document.ts';
import { rules, textOf } from '../simulation/content.ts';

export const EMPTY: StoredDocument = {
  document: 'document',
  epoch: 'life-1',
  timelines: { current: 't1', earlier: [] },
  kind: 'data',
  snapshot: null,
  snapshotOffset: 0,
  rows: [],
  owners: new Map(),
  tail: null,
};

export class Writer {
  readonly doc = new Y.Doc();
  #last: Uint8Array = new Uint8Array();

  constructor(client: number) {
    this.doc.clientID = client;
    this.doc.on('update', (update: Uint8Array) => (this.#last = update));
  }

  write(text: string): Uint8Array {
    textOf(this.doc).insert(textOf(this.doc).length, text);
    return this.#last;
  }

  erase(length: number): Uint8Array {
    textOf(this.doc).delete(0, length);
    return this.#last;
  }

  get stateVector(): Uint8Array {
    return Y.encodeStateVector(this.doc);
  }
}

export function start(
  stored: Partial<StoredDocument> = {},
  overrides: Partial<AuthorityRules> = {},
) {
  const authority = Authority.load({ ...EMPTY, ...stored }, { ...rules, ...overrides });
  const open = (subscription: number, request: Partial<OpenRequest> = {}) => {
    authority.open({ subscription, user: 'ann', ...request });
    const event = authority.takeEvents().at(-1);
    if (event?.kind !== 'answered') throw new Error('no answer');
    return event.answer;
  };
  const opened = (subscription: number, request: Partial<OpenRequest> = {}) => {
    const answer = open(subscription, request);
    if (answer.kind !== 'opened') throw new Error(answer.error.code);
    return answer;
  };
  const submit = (subscription: number, cseq: number, update: Uint8Array, user = 'ann') =>
    authority.submit({ subscription, cseq, update, user, at: 0 });
  const commit = () => {
    const batch = authority.batch();
    if (batch === null) throw new Error('nothing to commit');
    authority.committed(batch);
    return batch;
  };
  opened(1);
  return {
    authority,
    open,
    opened,
    submit,
    commit,
    events: () => authority.takeEvents().map(describeEvent),
  };
}

function describeEvent(event: EngineEvent): string {
  switch (event.kind) {
    case 'committed': {
      const acks = event.acks.map(({ subscription, cseq }) => `${subscription}:${cseq}`);
      return `committed ${event.from}-${event.to} by ${event.authors.join()} acks ${acks.join()}`;
    }
    case 'refused':
      return `refused ${event.subscription}:${event.cseq} ${event.error.code}`;
    case 'missing':
      return `missing ${event.subscription}:${event.cseq}`;
    case 'rows:request':
      return `range ${event.subscription} ${event.answer.kind}`;
    default:
      return event.kind;
  }
}

export const rowsOf = (count: number, length = 1) => {
  const writer = new Writer(9);
  return Array.from({ length: count }, (_, i) => ({
    offset: i + 1,
    update: writer.write('x'.repeat(length)),
  }));
};

/** Rows of another server after `base`; its batches are named after their last rows. */
export function laterRows(
  base: number,
  updates: readonly Uint8Array[],
  owners: LaterRows['owners'] = new Map(),
): LaterRows {
  return {
    base,
    rows: updates.map((update, i) => ({ offset: base + i + 1, update, user: 'eve' })),
    owners,
    tail: `other-${base + updates.length}`,
  };
}
