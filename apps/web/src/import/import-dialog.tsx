import { CircleAlert, CircleCheck, CircleDashed, Info, LoaderCircle } from 'lucide-react';
import { useEffect, useRef, useState, type DragEvent } from 'react';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Dialog } from '../components/dialog.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { Link } from '../navigation/link.tsx';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useTranslation } from '../translation/translation.ts';
import { importRequest, type ImportRequest } from './import-request.ts';
import type { Loss } from './imported.ts';
import { importedDocuments, type ImportItem, type ItemState } from './importer.ts';
import './import-words.ts';
import { pageImporter } from './page-importer.ts';

/** Of the file chooser. Some systems know the types only. */
const ACCEPT = '.md,.markdown,.mdown,.txt,.html,.htm,.docx,.zip,text/markdown,text/plain,text/html';

export function ImportDialog({ files, parent }: ImportRequest) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const importer = pageImporter(client);
  const items = useObservable(importer.items);
  const taken = useRef<readonly File[]>([]);
  useEffect(() => {
    if (files.length === 0 || taken.current === files) return;
    taken.current = files;
    importer.add(files, parent);
  }, [importer, files, parent]);
  const parentTitle = useChannelValue(library, ({ state }) =>
    parent === null ? null : (state?.documents.find(({ id }) => id === parent)?.title ?? null),
  );
  const close = () => {
    importer.clear();
    importRequest.set(null);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t('import.title')} place="middle">
      {items.length === 0 ? (
        <Chooser onChoose={(chosen) => importer.add(chosen, parent)}>
          {parent !== null && t('import.into', { title: parentTitle || t('untitled') })}
        </Chooser>
      ) : (
        <>
          <Progress
            items={items}
            isRunning={importer.isRunning}
            onCancel={() => importer.cancel()}
            onMore={() => importer.clear()}
          />
          <ul className="mt-3 flex flex-col divide-y divide-line border-t border-line">
            {inReport(items, importer.isRunning).map((item) => (
              <Item key={item.id} item={item} onOpen={close} />
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

function Chooser({
  onChoose,
  children,
}: {
  readonly onChoose: (files: readonly File[]) => void;
  readonly children: React.ReactNode;
}) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === 'dragover');
  };
  return (
    <div
      onDragOver={over}
      onDragLeave={over}
      onDrop={(event) => {
        over(event);
        onChoose([...event.dataTransfer.files]);
      }}
      className={classNames(
        'flex flex-col items-center gap-3 rounded-box border border-dashed px-6 py-10 text-center',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong',
      )}
    >
      <p className="max-w-105 text-ui text-ink-2">
        {t('import.about')} {children}
      </p>
      <div className="flex flex-wrap items-center justify-center gap-2">
        <Button look="primary" onClick={() => input.current?.click()}>
          {t('import.choose')}
        </Button>
        <span className="text-ui text-ink-3 pointer-coarse:hidden">{t('import.drop')}</span>
      </div>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPT}
        aria-label={t('import.choose')}
        onChange={({ target }) => {
          onChoose([...(target.files ?? [])]);
          target.value = '';
        }}
      />
    </div>
  );
}

function Progress({
  items,
  isRunning,
  onCancel,
  onMore,
}: {
  readonly items: readonly ImportItem[];
  readonly isRunning: boolean;
  readonly onCancel: () => void;
  readonly onMore: () => void;
}) {
  const { t } = useTranslation();
  const isOver = ({ kind }: ItemState) =>
    !['waiting', 'reading', 'writing', 'restoring'].includes(kind);
  const over = items.filter(({ state }) => isOver(state)).length;
  const done = importedDocuments(items);
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p role="status" className="min-w-0 flex-1 text-ui text-ink-2">
        {isRunning
          ? t('import.progress', { done: over, count: items.length })
          : t('import.finished', { count: done })}
      </p>
      {isRunning && (
        <ProgressBar className="w-40" label={t('import.title')} share={over / items.length} />
      )}
      <Button onClick={isRunning ? onCancel : onMore}>
        {t(isRunning ? 'import.cancel' : 'import.more')}
      </Button>
    </div>
  );
}

/** Once all are over, those that need a look come first. */
function inReport(items: readonly ImportItem[], isRunning: boolean): readonly ImportItem[] {
  return isRunning ? items : items.toSorted((a, b) => urgencyOf(a.state) - urgencyOf(b.state));
}

function urgencyOf(state: ItemState): number {
  if (isBad(state)) return 0;
  return state.kind === 'done' && state.losses.length > 0 ? 1 : 2;
}

function isBad({ kind }: ItemState): boolean {
  return kind === 'refused' || kind === 'failed' || kind === 'incomplete';
}

const ICONS = {
  waiting: CircleDashed,
  reading: LoaderCircle,
  writing: LoaderCircle,
  restoring: LoaderCircle,
  cancelled: CircleDashed,
  done: CircleCheck,
  refused: CircleAlert,
  failed: CircleAlert,
  incomplete: CircleAlert,
} as const satisfies Record<ItemState['kind'], unknown>;

function Item({ item, onOpen }: { readonly item: ImportItem; readonly onOpen: () => void }) {
  const { t } = useTranslation();
  const { name, state } = item;
  const hasLosses = state.kind === 'done' && state.losses.length > 0;
  const Icon = hasLosses ? Info : ICONS[state.kind];
  const look = isBad(state) ? 'text-bad' : null;
  const document = 'document' in state ? state.document : null;
  return (
    <li className="flex items-start gap-3 py-2.5">
      <Icon size={17} aria-hidden className={classNames('mt-0.5 shrink-0', look ?? 'text-ink-3')} />
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">
          <bdi>{name}</bdi>
        </p>
        <div className={classNames('text-ui', look ?? 'text-ink-2')}>
          <Report state={state} />
        </div>
      </div>
      {'title' in state && document !== null && (
        <Link
          to="/d/$document"
          params={{ document }}
          onClick={onOpen}
          aria-label={`${t('import.show')}: ${state.title || t('untitled')}`}
          className="text-ui text-accent underline underline-offset-2"
        >
          {t('import.show')}
        </Link>
      )}
    </li>
  );
}

function Report({ state }: { readonly state: ItemState }) {
  const { t } = useTranslation();
  switch (state.kind) {
    case 'refused':
      return <p>{t(`import.refused.${state.reason}`)}</p>;
    case 'restoring':
      return <p>{t('import.restoring', { done: state.done, count: state.count })}</p>;
    case 'failed':
      return <p>{state.error?.message ?? t('import.state.failed')}</p>;
    case 'incomplete':
      return (
        <p>
          {state.error?.message} {t('import.state.incomplete')}
        </p>
      );
    case 'done':
      return state.losses.length === 0 ? (
        <p>{t('import.state.done')}</p>
      ) : (
        <ul>
          {state.losses.map((loss) => (
            <li key={loss.kind}>
              <LossSentence {...loss} />
            </li>
          ))}
        </ul>
      );
    default:
      return <p>{t(`import.state.${state.kind}`)}</p>;
  }
}

function LossSentence({ kind, count }: Loss) {
  const { t } = useTranslation();
  return t(`import.loss.${kind}`, { count });
}
