/** Rules that an authority applies to each update. */
import type { ErrorBody } from '@tandem/protocol';
import type * as Y from 'yjs';

export interface ValidationContext {
  readonly doc: Y.Doc;
  readonly user: string;
  owner(client: number): string | undefined;
}

export type UpdateValidation =
  | {
      readonly kind: 'accepted';
      readonly clients: readonly number[];
      /** False: the update adds no struct and no deletion. */
      readonly hasNewContent: boolean;
      /**
       * Known structs are repeated, perhaps in another form, so the document's own bytes are
       * stored.
       */
      readonly repeats: boolean;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** An exception counts as a refusal; the same holds for `CheckChange`. */
export type ValidateUpdate = (update: Uint8Array, context: ValidationContext) => UpdateValidation;

/** Changes that it accepted apart must be acceptable together: they may come from two servers (CL6). */
export type CheckChange = (transaction: Y.Transaction) => ErrorBody | null;

export interface AuthorityRules {
  readonly validateUpdate: ValidateUpdate;
  readonly check: CheckChange;
  readonly neededSchema: {
    readonly ofDocument: (doc: Y.Doc) => number;
    readonly ofChange: (transaction: Y.Transaction) => number;
  };
  readonly gc: boolean;
  readonly createBatchId: () => string;
  readonly prepare?: (doc: Y.Doc) => void;
  /** Called before a rebuild after a refusal or an eviction, which takes as long as loading. */
  readonly onRebuild?: (() => void) | undefined;
}
