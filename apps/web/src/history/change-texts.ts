import type { AttributeChange, DifferenceBlock } from '@tandem/document/history';
import type { Translate } from '../translation/translation.ts';

/** What changed of a block beside its text, in words. */
export function changeTexts(
  { kind, isMoved, changes }: Pick<DifferenceBlock, 'kind' | 'isMoved' | 'changes'>,
  t: Translate,
): string[] {
  const texts = changes.map((change) => changeText(change, t));
  return [
    ...(kind === 'split' ? [t('history.split')] : []),
    ...(isMoved ? [t('history.moved')] : []),
    ...new Set(texts.filter((text) => text !== null)),
  ];
}

function changeText({ name, before, after }: AttributeChange, t: Translate): string | null {
  switch (name) {
    case 'type':
      return t('history.becameType', { before: typeName(before, t), after: typeName(after, t) });
    case 'kind':
      return t('history.becameType', { before: kindName(before, t), after: kindName(after, t) });
    case 'list':
      return t('history.becameType', { before: listName(before, t), after: listName(after, t) });
    case 'checked':
      return after === true ? t('history.checked') : t('history.unchecked');
    case 'indent':
      return Number(after ?? 0) > Number(before ?? 0)
        ? t('history.indented')
        : t('history.outdented');
    case 'containers': {
      const [from, to] = [before, after].map((path) => (Array.isArray(path) ? path.length : 0));
      if (from === to) return null;
      return to! > from! ? t('history.quoted') : t('history.unquoted');
    }
    case 'start':
      return t('history.renumbered');
    case 'language':
      return t('history.language');
    default:
      return null;
  }
}

function typeName(type: unknown, t: Translate): string {
  if (type === 'codeBlock') return t('history.code');
  return type === 'divider' ? t('history.divider') : t('history.text');
}

function kindName(kind: unknown, t: Translate): string {
  const level = /^heading(\d)$/.exec(String(kind))?.[1];
  return level === undefined ? t('history.text') : t('history.heading', { level });
}

function listName(list: unknown, t: Translate): string {
  switch (list) {
    case 'bullet':
      return t('history.bullet');
    case 'ordered':
      return t('history.ordered');
    case 'task':
      return t('history.task');
    default:
      return t('history.text');
  }
}
