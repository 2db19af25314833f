/** Makes a copy at a person's request, and tells them what became of it. */
import type { Client, DocumentSession } from '@tandem/client';
import type { LibraryState } from '@tandem/protocol';
import { toast } from '../components/toast.ts';
import words from '../languages/duplicate.en.json' with { type: 'json' };
import { isolated } from '../languages/names.ts';
import { currentPlace, navigate } from '../navigation/location.ts';
import { addTexts, translate } from '../translation/translation.ts';
import { duplicateDocument, type DuplicateResult } from './duplicate-document.ts';

addTexts(words);

/** A copy that takes longer is told about while it is made. */
const TELL_AFTER_MS = 500;
/** Long enough to read two sentences. */
export const PROBLEM_MS = 20_000;

export interface Original {
  readonly session: DocumentSession;
  readonly title: string;
}

interface Copying {
  readonly key: string;
  /** Of the original. */
  readonly title: string;
  readonly make: () => Promise<DuplicateResult>;
}

const running = new Set<string>();

export async function duplicate(
  original: Original & Pick<Copy, 'library' | 'isRescue'>,
  client: Client,
): Promise<void> {
  const { session, library, isRescue = false } = original;
  const title = translate('duplicate.title', { title: original.title });
  const make = () => copyOf(original, { title, library, isRescue }, client);
  await makeAndOpen({ ...original, key: session.id, make }, client);
}

interface Copy {
  readonly title: string;
  /** In which its place is beside the original; at the top without one. */
  readonly library: LibraryState | null;
  readonly isRescue?: boolean;
}

export async function copyOf(
  { session, title: original }: Original,
  as: Copy,
  client: Client,
): Promise<DuplicateResult> {
  const unfinishedTitle = translate('duplicate.unfinishedTitle', { title: original });
  return await duplicateDocument({ session, unfinishedTitle, ...as }, client);
}

/** Opens the copy, unless the person has gone elsewhere meanwhile. */
export async function makeAndOpen(copying: Copying, client: Client): Promise<void> {
  const { path } = currentPlace();
  const result = await makeCopy(copying, client);
  if (result === null || !('document' in result)) return;
  const open = () => navigate('/d/$document', { params: { document: result.document } });
  if (currentPlace().path === path) open();
  else if (result.kind === 'created')
    toast(translate('duplicate.done', { title: isolated(copying.title) }), {
      action: { label: translate('duplicate.open'), onClick: open },
    });
}

/** @returns null when the same copy is under way */
export async function makeCopy(
  { key, title, make }: Copying,
  client: Client,
): Promise<DuplicateResult | null> {
  // A second press while nothing seems to happen asks for the same copy.
  if (running.has(key)) return null;
  running.add(key);
  const notice = `duplicate ${key}`;
  let isTold = false;
  const timer = setTimeout(() => {
    isTold = true;
    const name = isolated(title);
    toast(translate('duplicate.running', { title: name }), { id: notice, duration: Infinity });
  }, TELL_AFTER_MS);
  const result = await make().finally(() => {
    clearTimeout(timer);
    running.delete(key);
  });
  if (isTold) toast.dismiss(notice);
  const problem = problemOf(result, client);
  if (problem !== null) toast.error(problem, { duration: PROBLEM_MS });
  return result;
}

/** A sentence; null when there is none to tell. */
function problemOf(result: DuplicateResult, { connection }: Client): string | null {
  switch (result.kind) {
    case 'created': {
      const { refusals } = result;
      const [reason] = refusals;
      if (reason === undefined) return null;
      return translate('duplicate.filesRefused', { count: refusals.length, reason });
    }
    case 'incomplete':
      return result.error?.message ?? translate('duplicate.incomplete');
    case 'not-loaded':
      return translate('duplicate.notLoaded');
    case 'unreadable':
      return result.error.message;
    case 'files-need-server':
      return translate('duplicate.needsServer');
    case 'refused':
      // A refused command is told where all are; without a command, nobody tells.
      return connection.state.kind === 'stopped' ? result.error.message : null;
  }
}
