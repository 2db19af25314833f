/**
 * Decides whether an update may be applied to a document. Nothing is changed by asking, and an
 * admitted update neither throws in Yjs nor leaves anything pending.
 *
 * Of an update that repeats known structs, what is to be kept and passed on is what the document
 * emits: Yjs ignores a repeated struct that has another form, but a merge may prefer it.
 */

import * as Y from 'yjs';
import { MAX_ROOT_NAMES } from './limits.ts';
import { checkOwnership, type OwnerOf } from './ownership.ts';
import { REFUSAL_SENTENCES, type RefusalReason } from './refusals.ts';
import { dryRunIntegration } from './integration-dry-run.ts';
import { scanUpdate, type ClientRange } from './scan.ts';

export interface Submission {
  /** A Yjs update in format V1. */
  readonly bytes: Uint8Array;
  /** The live document, without anything pending. */
  readonly doc: Y.Doc;
  /** The id of the user who sends it. */
  readonly sender: string;
  readonly ownerOf: OwnerOf;
}

export type Verdict =
  | {
      readonly kind: 'admitted';
      /** What it adds, empty when it only deletes or repeats. */
      readonly clients: readonly ClientRange[];
      /** Whether it holds structs that the document has, perhaps in another form. */
      readonly repeats: boolean;
      /** Client ids that become the sender's when the update is committed. */
      readonly claims: readonly number[];
      /** What it costs to apply beyond its size, in steps of some 0.1 µs: here and on each load. */
      readonly steps: number;
    }
  /** It builds on what the document lacks, from `clock` of `client` on. Ask the sender for it. */
  | { readonly kind: 'missing'; readonly client: number; readonly clock: number }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      /** For the sender to read. */
      readonly sentence: string;
    };

export function checkUpdate({ bytes, doc, sender, ownerOf }: Submission): Verdict {
  const scan = scanUpdate(bytes, (client) => Y.getState(doc.store, client));
  if (scan.kind === 'missing') return scan;
  if (scan.kind === 'invalid') return refused(scan.reason);
  const { update } = scan;
  const newRoots = update.roots.filter((root) => !doc.share.has(root));
  if (newRoots.length > 0 && doc.share.size + newRoots.length > MAX_ROOT_NAMES)
    return refused('root-names');
  const ownership = checkOwnership(update.clients, sender, ownerOf);
  if (ownership.kind === 'taken') return refused('client-taken');
  const dryRun = dryRunIntegration(doc, update);
  if (dryRun.kind === 'unfit') return refused(dryRun.reason);
  return {
    kind: 'admitted',
    clients: update.clients,
    repeats: update.repeats,
    claims: ownership.claims,
    steps: dryRun.steps,
  };
}

function refused(reason: RefusalReason): Verdict {
  return { kind: 'refused', reason, sentence: REFUSAL_SENTENCES[reason] };
}
