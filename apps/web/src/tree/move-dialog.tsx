import { Autocomplete } from '@base-ui/react/autocomplete';
import type { Commands } from '@tandem/client';
import { CornerLeftUp, FileText } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import {
  finder,
  FinderField,
  FinderNote,
  FinderPopup,
  finderList,
  finderRow,
} from '../components/finder-popup.tsx';
import { toast } from '../components/toast.ts';
import words from '../languages/move.en.json' with { type: 'json' };
import { isolated } from '../languages/names.ts';
import { waitUntil } from '../runtime/wait-until.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useSearch } from '../session/use-search.ts';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { moveTargets, type MoveTarget } from './move-targets.ts';
import { mayMove } from './tree-moves.ts';
import type { TreeDocument } from './tree-rows.ts';
import { useTree, type TreeView } from './use-tree.ts';
import './tree-words.ts';

addTexts(words);

const ANSWER_WAIT_MS = 30_000;

interface MoveDialogProps {
  readonly document: string;
  readonly onClose: () => void;
}

/** Asks into which document another one is moved. */
export function MoveDialog({ document, onClose }: MoveDialogProps) {
  const { t } = useTranslation();
  const tree = useTree();
  const moved = tree?.documents.find(({ id }) => id === document) ?? null;
  const isUnreachable = useLoadedPath(document, tree !== null && moved === null);
  const title =
    moved === null
      ? t('tree.moveTo')
      : t('move.title', { name: isolated(moved.title || t('untitled')) });
  return (
    <FinderPopup open onOpenChange={(open) => !open && onClose()} label={title}>
      <Finder {...{ tree, moved, title, isUnreachable }} close={onClose} />
    </FinderPopup>
  );
}

/**
 * A document that was opened by its address or by a search may be outside of what is loaded of the tree.
 *
 * @returns whether it cannot be loaded now
 */
function useLoadedPath(document: string, isMissing: boolean): boolean {
  const { client, library } = useServices();
  const isLive = useChannelValue(library, ({ status }) => status === 'live') === true;
  const [hasAnswer, setAnswered] = useState(false);
  useEffect(() => {
    if (!isMissing || !isLive) return;
    let isOver = false;
    const answered = () => !isOver && setAnswered(true);
    client.pages.loadPath(library, document).then(answered, answered);
    return () => {
      isOver = true;
    };
  }, [isMissing, isLive, client, library, document]);
  return !isLive || hasAnswer;
}

async function isAccepted(commands: Commands, id: string): Promise<boolean> {
  let isRefused = false;
  const stop = commands.onRefused((call) => (isRefused ||= call.id === id));
  const isAnswered = await waitUntil(() => commands.pending.every((call) => call.id !== id), {
    subscribe: (listener) => commands.onChange(listener),
    withinMs: ANSWER_WAIT_MS,
  });
  stop();
  return isAnswered && !isRefused;
}

interface FinderProps {
  readonly tree: TreeView | null;
  /** Null while its place is unknown. */
  readonly moved: TreeDocument | null;
  readonly title: string;
  readonly isUnreachable: boolean;
  readonly close: () => void;
}

function Finder({ tree, moved, title, isUnreachable, close }: FinderProps) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [search, setSearch] = useState('');
  const find = useCallback(
    (text: string, signal: AbortSignal) => client.search.find(text, signal),
    [client],
  );
  const results = useSearch(search, find);
  const found = results.answer?.results ?? [];
  const targets =
    tree === null || moved === null ? [] : moveTargets(search, { ...tree, moved, found });
  const nameOf = ({ parent, title }: MoveTarget) =>
    parent === null ? t('move.top') : title || t('untitled');
  const move = (target: MoveTarget) => {
    close();
    if (tree === null || moved === null) return;
    const { id, parent, position } = moved;
    const to = (place: { parent: string | null; position?: string }) =>
      client.commands.run({ name: 'document:move', input: { document: id, ...place } });
    const command = to({ parent: target.parent });
    const told =
      target.parent === null
        ? t('tree.movedToTop')
        : t('tree.movedInto', { title: isolated(nameOf(target)) });
    const undo = { label: t('move.undo'), onClick: () => to({ parent, position }) };
    const tell = () => toast(told, mayMove(tree, moved, parent) ? { action: undo } : {});
    const isListed = tree.documents.some((listed) => listed.id === target.parent);
    if (target.parent === null || isListed) return tell();
    // Whether this person may write there is not known here. A refusal is told where all are.
    void isAccepted(client.commands, command).then((accepted) => accepted && tell());
  };
  const note =
    targets.length > 0
      ? null
      : moved === null
        ? t(isUnreachable ? 'move.unreachable' : 'move.loading')
        : results.state === 'running'
          ? t('move.searching')
          : results.state === 'failed'
            ? t('move.offline')
            : t(search.trim() === '' ? 'move.nowhere' : 'move.nothing', { search });
  return (
    <Autocomplete.Root
      {...finder}
      items={targets}
      value={search}
      onValueChange={(value, { reason }) => reason !== 'item-press' && setSearch(value)}
      itemToStringValue={nameOf}
    >
      <FinderField
        label={title}
        placeholder={
          moved === null
            ? title
            : t('move.placeholder', { name: isolated(moved.title || t('untitled')) })
        }
      />
      <FinderNote>{note}</FinderNote>
      <Autocomplete.List className={finderList}>
        {(target: MoveTarget) => (
          <Autocomplete.Item
            key={target.parent ?? 'top'}
            value={target}
            onClick={() => move(target)}
            className={finderRow}
          >
            <Target target={target} name={nameOf(target)} />
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

function Target({ target, name }: { readonly target: MoveTarget; readonly name: string }) {
  const { t } = useTranslation();
  const Icon = target.parent === null ? CornerLeftUp : FileText;
  return (
    <>
      <Icon size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <bdi className="truncate font-medium">{name}</bdi>
        {target.path.length > 0 && (
          <span className="min-w-0 shrink-2 truncate text-small text-ink-3">
            {target.path.map((title) => isolated(title || t('untitled'))).join(' / ')}
          </span>
        )}
      </span>
    </>
  );
}
