/** Why a document cannot be shown. */
import type { ErrorBody } from '@tandem/protocol';
import type { DocumentFacts } from './use-document-facts.ts';

const ENDINGS = ['not-found', 'not-restored', 'in-trash', 'forbidden', 'document-damaged'] as const;

export type Ending = (typeof ENDINGS)[number];

export type Problem =
  | { readonly kind: 'ended'; readonly code: Ending; readonly message: string }
  | { readonly kind: 'not-here'; readonly why: 'blocked' | 'sign-in' | 'unreachable' };

/** The reason why the document cannot be shown; null for one that was created on this device. */
export function problemOf(facts: DocumentFacts): Problem | null {
  const { kind, cutOff, ended, isUnknownToServer } = facts;
  if (isUnknownToServer) return null;
  if (ended !== null && isEnding(ended))
    return { kind: 'ended', code: ended.code, message: ended.message };
  if (kind !== null || cutOff === null) return null;
  if (cutOff === 'sign-in') return { kind: 'not-here', why: 'sign-in' };
  return { kind: 'not-here', why: cutOff === 'socket-blocked' ? 'blocked' : 'unreachable' };
}

function isEnding(error: ErrorBody): error is ErrorBody & { readonly code: Ending } {
  return (ENDINGS as readonly string[]).includes(error.code);
}
