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
const PROBLEM_MS = 20_000;

interface Original {
  readonly session: DocumentSession;
  readonly title: string;
  readonly library: LibraryState | null;
}

const running = new Set<string>();

export async function duplicate(original: Original, client: Client): Promise<void> {
  const { session, library } = original;
  // A second press while nothing seems to happen asks for the same copy.
  if (running.has(session.id)) return;
  running.add(session.id);
  const { path } = currentPlace();
  const name = isolated(original.title);
  const notice = `duplicate ${session.id}`;
  let isTold = false;
  const timer = setTimeout(() => {
    isTold = true;
    toast(translate('duplicate.running', { title: name }), { id: notice, duration: Infinity });
  }, TELL_AFTER_MS);
  const title = translate('duplicate.title', { title: original.title });
  const unfinishedTitle = translate('duplicate.unfinishedTitle', { title: original.title });
  const result = await duplicateDocument(
    { session, title, unfinishedTitle, library },
    client,
  ).finally(() => {
    clearTimeout(timer);
    running.delete(session.id);
  });
  if (isTold) toast.dismiss(notice);
  const open = () => {
    if ('document' in result) navigate('/d/$document', { params: { document: result.document } });
  };
  const hasStayed = currentPlace().path === path;
  if (hasStayed) open();
  const problem = problemOf(result, client);
  if (problem !== null) toast.error(problem, { duration: PROBLEM_MS });
  else if (result.kind === 'created' && !hasStayed)
    toast(translate('duplicate.done', { title: name }), {
      action: { label: translate('duplicate.open'), onClick: open },
    });
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
    case 'files-need-server':
      return translate('duplicate.needsServer');
    case 'refused':
      // A refused command is told where all are; without a command, nobody tells.
      return connection.state.kind === 'stopped' ? result.error.message : null;
  }
}
