import { describeRoots, type RootTree, type TreeEntry } from '@tandem/document';
import { useEffect, useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import type { Doc } from 'yjs';
import { CopyButton } from '../components/copy-button.tsx';
import words from '../languages/data.en.json' with { type: 'json' };

addTexts(words);

const REFRESH_MS = 250;

export function DataView({ doc, id }: { readonly doc: Doc; readonly id: string }) {
  const { t } = useTranslation();
  const { entries, omitted } = useRoots(doc);
  const address = `${location.origin.replace(/^http/u, 'ws')}/yjs`;
  return (
    <div className="page-head flex flex-col gap-4 !pt-6 pb-24">
      <p className="text-read text-ink-2">{t('data.text')}</p>
      <div className="flex flex-wrap items-center gap-3 rounded-box border border-line bg-side px-3.5 py-2.5">
        <code className="min-w-0 flex-1 basis-60 font-mono text-ui wrap-anywhere">{`new WebsocketProvider('${address}', '${id}', doc)`}</code>
        <CopyButton text={() => `new WebsocketProvider('${address}', '${id}', doc)`}>
          {t('data.copy')}
        </CopyButton>
      </div>
      {entries.length === 0 ? (
        <p className="text-ui text-ink-3">{t('data.empty')}</p>
      ) : (
        <ul className="font-mono text-ui">
          {entries.map((entry) => (
            <Entry key={entry.name} entry={entry} depth={0} />
          ))}
          <Omitted count={omitted} />
        </ul>
      )}
    </div>
  );
}

const OPEN_DEPTH = 2;

function Entry({ entry, depth }: { readonly entry: TreeEntry; readonly depth: number }) {
  const { t } = useTranslation();
  const { name, kind, size, preview, children, omitted } = entry;
  const head = (
    <>
      <span className="text-accent">{name}</span>
      <span className="text-ink-3"> {t(`data.kinds.${kind}`, { count: size })}</span>
      {preview !== '' && <span className="wrap-anywhere"> {preview}</span>}
    </>
  );
  if (children.length === 0) return <li className="py-0.5 pl-4.5">{head}</li>;
  return (
    <li>
      <details open={depth < OPEN_DEPTH}>
        <summary className="cursor-pointer rounded-box py-0.5 marker:text-ink-3">{head}</summary>
        <ul className="ml-1.5 border-l border-line pl-3">
          {children.map((child) => (
            <Entry key={child.name} entry={child} depth={depth + 1} />
          ))}
          <Omitted count={omitted} />
        </ul>
      </details>
    </li>
  );
}

function Omitted({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  return count === 0 ? null : (
    <li className="py-0.5 pl-4.5 text-ink-3">{t('data.omitted', { count })}</li>
  );
}

function useRoots(doc: Doc): RootTree {
  const [tree, setTree] = useState(() => describeRoots(doc));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      timer = undefined;
      setTree(describeRoots(doc));
    };
    const changed = () => {
      timer ??= setTimeout(read, REFRESH_MS);
    };
    doc.on('update', changed);
    read();
    return () => {
      clearTimeout(timer);
      doc.off('update', changed);
    };
  }, [doc]);
  return tree;
}
