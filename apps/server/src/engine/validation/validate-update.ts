/**
 * Decides whether an update may be applied to a document, without changing the document. An accepted
 * update neither throws in Yjs nor leaves structs pending.
 *
 * When an update repeats known structs, store and forward what the document emits instead of the
 * update: Yjs ignores a repeated struct of another form, but a merge may prefer it.
 */

import * as Y from 'yjs';
import { CONTENT } from './limits.ts';
import { checkOwnership, type OwnerOf } from './ownership.ts';
import { REFUSAL_SENTENCES, type RefusalReason } from './refusals.ts';
import { dryRunIntegration } from './integration-dry-run.ts';
import { scanUpdate, type ClientRange } from './scan.ts';

export interface Submission {
  readonly bytes: Uint8Array;
  readonly doc: Y.Doc;
  readonly sender: string;
  readonly ownerOf: OwnerOf;
}

export type ValidationResult =
  | {
      readonly kind: 'accepted';
      readonly clients: readonly ClientRange[];
      readonly repeats: boolean;
      readonly claims: readonly number[];
      /** The cost beyond the update's size, in steps of about 0.1 µs, here and on each load. */
      readonly steps: number;
    }
  | { readonly kind: 'missing'; readonly client: number; readonly clock: number }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly sentence: string;
    };

export function validateUpdate({ bytes, doc, sender, ownerOf }: Submission): ValidationResult {
  const scan = scanUpdate(bytes, (client) => Y.getState(doc.store, client));
  if (scan.kind === 'missing') return scan;
  if (scan.kind === 'invalid') return refused(scan.reason);
  const { update } = scan;
  const newRoots = update.roots.filter((root) => !doc.share.has(root));
  if (newRoots.length > 0 && doc.share.size + newRoots.length > CONTENT.maxRoots)
    return refused('root-names');
  const ownership = checkOwnership(update.clients, sender, ownerOf);
  if (ownership.kind === 'taken') return refused('client-taken');
  const dryRun = dryRunIntegration(doc, update);
  if (dryRun.kind === 'unfit') return refused(dryRun.reason);
  return {
    kind: 'accepted',
    clients: update.clients,
    repeats: update.repeats,
    claims: ownership.claims,
    steps: dryRun.steps,
  };
}

function refused(reason: RefusalReason): ValidationResult {
  return { kind: 'refused', reason, sentence: REFUSAL_SENTENCES[reason] };
}
