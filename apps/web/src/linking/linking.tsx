import { Backlinks } from './backlinks.tsx';
import { useLinkTargets } from './use-link-targets.ts';

interface LinkingProps {
  /** The server knows nothing of a document that was not sent yet. */
  readonly facts: { readonly id: string; readonly isUnknownToServer: boolean };
}

/** Links of a document to others, while its text is written, and of others to it. */
export function Linking({ facts: { id, isUnknownToServer } }: LinkingProps) {
  useLinkTargets(id);
  return isUnknownToServer ? null : <Backlinks document={id} />;
}
