/** Answers openings from the committed bytes: rows, a difference, or everything (SY12 to SY17, SY43). */
import { errorOf, type DocumentKind } from '@tandem/protocol';
import * as Y from 'yjs';
import type { Admission } from './admission.ts';
import type { CollectedContent } from './collected-content.ts';
import type { CommittedReplica } from './committed-replica.ts';
import type { OpenAnswer, OpenRequest, Part, Position } from './engine-event.ts';
import type { LoadedDocument } from './loaded-document.ts';
import type { Timelines } from './stored-document.ts';
import { isEmptyStateVector, isStateVector } from './update-content.ts';

export interface OpeningsOptions {
  readonly stored: { readonly kind: DocumentKind; readonly timelines: Timelines };
  readonly committed: CommittedReplica;
  readonly collected: CollectedContent;
  /** The committed content, which collects garbage. */
  readonly view: () => Y.Doc;
  readonly loaded: LoadedDocument;
  readonly admission: Admission;
}

export class Openings {
  readonly #stored: OpeningsOptions['stored'];
  readonly #committed: CommittedReplica;
  readonly #collected: CollectedContent;
  readonly #view: () => Y.Doc;
  readonly #loaded: LoadedDocument;
  readonly #admission: Admission;

  constructor({ stored, committed, collected, view, loaded, admission }: OpeningsOptions) {
    // Without the bytes: they are replaced while the document is in memory.
    this.#stored = { kind: stored.kind, timelines: stored.timelines };
    this.#committed = committed;
    this.#collected = collected;
    this.#view = view;
    this.#loaded = loaded;
    this.#admission = admission;
  }

  isAhead({ user, client, position, stateVector }: OpenRequest): boolean {
    const { epoch, head } = this.#committed;
    if (client !== undefined && (this.#admission.owner(client) ?? user) !== user) return true;
    if (position !== undefined && (position.epoch !== epoch || position.offset > head)) return true;
    return stateVector !== undefined && !this.#committed.covers(stateVector, client);
  }

  /** Whether the client may bring back other people's work, which a restore has removed (RS5). */
  isReturn({ client, position, stateVector }: OpenRequest, isParted: boolean): boolean {
    const { current, earlier } = this.#stored.timelines;
    if (earlier.length === 0) return false;
    // Where a backup was restored twice, the timeline between is not known here.
    if (isParted) return position?.timeline !== current;
    // It has advanced to this timeline, and its connection ended before it sent that work.
    return stateVector !== undefined && !this.#committed.covers(stateVector, client);
  }

  answer(request: OpenRequest, isClean: boolean): OpenAnswer {
    const { user, client, position, stateVector, omitsDeleted = false } = request;
    const { epoch, head: offset } = this.#committed;
    const owner = client === undefined ? undefined : this.#admission.owner(client);
    if (owner !== undefined && owner !== user)
      return { kind: 'refused', error: errorOf('client-taken') };
    if (position !== undefined && position.epoch !== epoch) {
      return { kind: 'refused', error: errorOf('epoch-changed') };
    }
    if (stateVector !== undefined && !isStateVector(stateVector)) {
      return { kind: 'refused', error: errorOf('bad-message') };
    }
    const tail = position === undefined ? null : this.#tail(position, stateVector);
    const isParted = tail === 'parted';
    const isShown =
      position === undefined || !omitsDeleted || this.#collected.hasAllOf(position.offset);
    const rows = isParted || !isShown ? null : tail;
    const content = (): readonly Part[] =>
      omitsDeleted
        ? this.#collected.parts(stateVector, this.#view)
        : this.#difference(stateVector, isClean);
    return {
      kind: 'opened',
      epoch,
      timeline: this.#stored.timelines.current,
      isParted,
      documentKind: this.#stored.kind,
      schema: this.#loaded.schema,
      base: position === undefined || rows === null ? 0 : position.offset,
      offset,
      stateVector: this.#committed.stateVector,
      parts: rows ?? content(),
    };
  }

  /** Null when the rows are not in memory, `parted` when the position is not of this journal. */
  #tail(
    { timeline, offset }: Position,
    stateVector: Uint8Array | undefined,
  ): readonly Part[] | null | 'parted' {
    const isOfJournal = offset === 0 || timeline === this.#stored.timelines.current;
    if (offset > this.#committed.head || !isOfJournal) return 'parted';
    const tail = this.#committed.tail(offset);
    const isHeld =
      tail === null ||
      stateVector === undefined ||
      this.#committed.isBufferedUntil(offset, stateVector);
    return isHeld ? tail : 'parted';
  }

  #difference(stateVector: Uint8Array | undefined, isClean: boolean): readonly Part[] {
    if (stateVector === undefined || isEmptyStateVector(stateVector))
      return this.#committed.whole();
    // The loaded document is faster, as long as it holds no more than the committed rows.
    const loaded = this.#loaded.current;
    if (loaded === null || !isClean) return this.#committed.whole(stateVector);
    return [
      { from: 0, to: this.#committed.head, updates: [Y.encodeStateAsUpdate(loaded, stateVector)] },
    ];
  }
}
