/** What an authority asks about each update. */
import type { ErrorBody } from '@tandem/protocol';
import type * as Y from 'yjs';

export interface ValidationContext {
  /** Committed and queued content. For reading only. */
  readonly doc: Y.Doc;
  readonly user: string;
  owner(client: number): string | undefined;
}

export type UpdateValidation =
  | {
      readonly kind: 'admitted';
      /** Those with new structs. */
      readonly clients: readonly number[];
      /** False: it adds nothing, no struct and no deletion. */
      readonly hasNewContent: boolean;
      /** It holds known structs too. They might have another form, so the document's own bytes are kept. */
      readonly repeats: boolean;
    }
  /** It refers to what the document lacks. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** What it throws counts as a refusal, and so for `CheckChange`. */
export type ValidateUpdate = (update: Uint8Array, context: ValidationContext) => UpdateValidation;

/** Looks at an update that has just been applied; `null` means that it may stay. */
export type CheckChange = (transaction: Y.Transaction) => ErrorBody | null;

export interface AuthorityRules {
  readonly validateUpdate: ValidateUpdate;
  readonly check: CheckChange;
  /** The schema version that a document needs, and that an accepted change needs. */
  readonly neededSchema: {
    readonly ofDocument: (doc: Y.Doc) => number;
    readonly ofChange: (transaction: Y.Transaction) => number;
  };
  /** Whether the hot document collects deleted content. */
  readonly gc: boolean;
  /** Called with each document that is built, before anything is applied to it. */
  readonly prepare?: (doc: Y.Doc) => void;
  /** Called before the hot document is built anew after a refusal or a rest, which takes as long as loading it. */
  readonly onRebuild?: (() => void) | undefined;
}
