import { headingLevel, listLabel, listLevel, ListCounter } from '@tandem/document';
import type { DifferenceBlock, DifferenceRun } from '@tandem/document/history';
import type { User } from '@tandem/protocol';
import { createElement, memo, type CSSProperties, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { personColor } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { AUTHOR_ATTRIBUTE } from './authors-legend.tsx';
import { changeTexts } from './change-texts.ts';
import './history.css';

export interface Attribution {
  readonly writerOf: (run: DifferenceRun) => User | null;
  readonly deleterOf: (run: DifferenceRun) => User | null;
  /** Also shows who wrote what was there before. */
  readonly isOfAll: boolean;
}

interface DifferenceViewProps {
  readonly blocks: readonly DifferenceBlock[];
  readonly label: string;
  readonly attribution: Attribution;
}

/** A page as it was, with what changed in it. */
export function DifferenceView({ blocks, label, attribution }: DifferenceViewProps) {
  const numbers = new ListCounter();
  const shown = blocks.map((block): Numbered => {
    if (block.kind === 'deleted') return { block, number: null };
    const number = numbers.next({ type: block.type, attrs: block.attributes });
    const level = listLevel({ type: block.type, attrs: block.attributes });
    return { block, number: number === null ? null : listLabel(number, level) };
  });
  return (
    <div className="editor">
      <article className="page-text history-page" aria-label={label}>
        {wrapped(shown, 0, attribution)}
      </article>
    </div>
  );
}

interface Numbered {
  readonly block: DifferenceBlock;
  readonly number: string | null;
}

/** Neighbours in the same container share its wrapper, and so on inwards (RD8). */
function wrapped(
  blocks: readonly Numbered[],
  depth: number,
  attribution: Attribution,
): ReactNode[] {
  const nodes: ReactNode[] = [];
  for (let start = 0; start < blocks.length;) {
    const { block, number } = blocks[start]!;
    const container = block.containers[depth];
    let end = start + 1;
    if (container === undefined) {
      const key = `${block.kind === 'deleted' ? 'deleted' : 'block'}-${block.id ?? start}`;
      nodes.push(<Block key={key} block={block} number={number} attribution={attribution} />);
    } else {
      while (end < blocks.length && blocks[end]!.block.containers[depth] === container) end++;
      const inner = wrapped(blocks.slice(start, end), depth + 1, attribution);
      nodes.push(<blockquote key={`in-${container}-${start}`}>{inner}</blockquote>);
    }
    start = end;
  }
  return nodes;
}

interface BlockProps extends Numbered {
  readonly attribution: Attribution;
}

const Block = memo(OneBlock, (before, after) => {
  if (before.attribution !== after.attribution || before.number !== after.number) return false;
  return JSON.stringify(before.block) === JSON.stringify(after.block);
});

function OneBlock({ block, number, attribution }: BlockProps) {
  const { t } = useTranslation();
  const notes = changeTexts(block, t);
  return (
    <div
      className={classNames(
        'history-block',
        block.kind !== 'kept' && `history-${block.kind}`,
        notes.length > 0 && 'history-changed',
      )}
    >
      {notes.length > 0 && <p className="history-note">{notes.join(' · ')}</p>}
      <Content block={block} number={number} attribution={attribution} />
    </div>
  );
}

function Content({ block, number, attribution }: BlockProps) {
  const { type, attributes, runs } = block;
  const text = runs.map((run, i) => <Run key={i} run={run} attribution={attribution} />);
  if (type === 'divider') return <hr />;
  if (type === 'image' || type === 'file')
    return <FileBlock isImage={type === 'image'} attributes={attributes} />;
  if (type === 'codeBlock')
    return (
      <div className="code-block">
        <pre dir="ltr">
          <code>{text}</code>
        </pre>
      </div>
    );
  const { kind, list, indent, checked } = attributes;
  const isTask = list === 'task';
  const level = isTask ? null : headingLevel(kind);
  const isEmpty = runs.every((run) => run.text === '');
  return (
    <div
      className="text-block"
      dir="auto"
      data-kind={level === null ? undefined : kind}
      data-list={list ?? undefined}
      data-indent={indent ?? undefined}
      data-checked={isTask && checked === true ? '' : undefined}
      style={number === null ? undefined : ({ '--number': `'${number}'` } as CSSProperties)}
    >
      {isTask && (
        <span className="task-box">
          <input type="checkbox" checked={checked === true} disabled readOnly />
        </span>
      )}
      <div
        className="block-text"
        role={level ? 'heading' : undefined}
        aria-level={level ?? undefined}
      >
        {text}
        {isEmpty && <br />}
      </div>
    </div>
  );
}

interface FileBlockProps {
  readonly isImage: boolean;
  readonly attributes: DifferenceBlock['attributes'];
}

/** The file itself may be gone by now. */
function FileBlock({ isImage, attributes }: FileBlockProps) {
  const { t } = useTranslation();
  const name = ['caption', 'name', 'alt'].map((key) => attributes[key]).find(Boolean);
  return (
    <p className="history-file">
      {isImage ? t('history.image') : t('history.file')}
      {typeof name === 'string' && <bdi> · {name}</bdi>}
    </p>
  );
}

interface RunProps {
  readonly run: DifferenceRun;
  readonly attribution: Attribution;
}

function Run({ run, attribution }: RunProps) {
  const { t } = useTranslation();
  switch (run.kind) {
    case 'kept':
      if (attribution.isOfAll) return <Written run={run} person={attribution.writerOf(run)} />;
      return run.marksBefore === null ? (
        marked(run)
      ) : (
        <span className="history-marks" title={t('history.formatted')}>
          {marked(run)}
        </span>
      );
    case 'joined':
      return (
        <del className="history-del" title={t('history.joined')}>
          ¶
        </del>
      );
    case 'inserted': {
      const person = attribution.writerOf(run);
      const name = person?.name ?? t('history.someone');
      return (
        <ins
          className="history-ins"
          style={styleOf(person)}
          title={t('history.writtenBy', { name })}
        >
          {marked(run)}
        </ins>
      );
    }
    case 'deleted': {
      const person = attribution.deleterOf(run);
      const name = person?.name ?? t('history.someone');
      return (
        <del
          className="history-del"
          style={styleOf(person)}
          title={t('history.deletedBy', { name })}
        >
          {marked(run)}
        </del>
      );
    }
  }
}

function Written({ run, person }: { readonly run: DifferenceRun; readonly person: User | null }) {
  const { t } = useTranslation();
  const name = person?.name ?? t('history.someone');
  return (
    <span
      className="history-written"
      style={styleOf(person)}
      title={t('history.writtenBy', { name })}
      {...{ [AUTHOR_ATTRIBUTE]: run.author }}
    >
      {marked(run)}
    </span>
  );
}

function styleOf(person: User | null): CSSProperties | undefined {
  return person === null ? undefined : ({ '--person': personColor(person.color) } as CSSProperties);
}

const ELEMENTS = { bold: 'strong', italic: 'em', strike: 's', code: 'code', link: 'a' } as const;

/** Links lead nowhere: this is not the page. */
function marked({ text, marks }: DifferenceRun): ReactNode {
  return marks.reduceRight<ReactNode>(
    (inner, { type }) => createElement(ELEMENTS[type], null, inner),
    text,
  );
}
