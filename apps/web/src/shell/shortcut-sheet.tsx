import { useTranslation } from 'react-i18next';
import { Dialog } from '../components/dialog.tsx';
import { Observable, useObservable } from '../observable.ts';
import { keys } from './shortcuts.ts';
import { useShortcut } from './use-shortcut.ts';

const isOpen = new Observable(false);

export function openShortcutSheet(): void {
  isOpen.set(true);
}

const groups = [
  {
    name: 'everywhere',
    shortcuts: [
      ['newDocument', keys('Alt', 'N')],
      ['filter', '/'],
      ['help', keys('Mod', '/')],
    ],
  },
  {
    name: 'text',
    shortcuts: [
      ['commands', '/'],
      ['bold', keys('Mod', 'B')],
      ['italic', keys('Mod', 'I')],
      ['code', keys('Mod', 'E')],
      ['link', keys('Mod', 'K')],
      ['undo', keys('Mod', 'Z')],
      ['redo', keys('Mod', 'Shift', 'Z')],
      ['move', `${keys('Alt', 'Shift')} ↑ ↓`],
      ['pastePlain', keys('Mod', 'Shift', 'V')],
      ['aboveCode', keys('Mod', 'Shift', 'Enter')],
    ],
  },
  {
    name: 'beginning',
    shortcuts: [
      ['heading', '#'],
      ['bullet', '-'],
      ['ordered', '1.'],
      ['task', '[]'],
      ['quote', '>'],
      ['codeBlock', '```'],
      ['divider', '---'],
    ],
  },
] as const;

/** Every key there is, on one page. */
export function ShortcutSheet() {
  const { t } = useTranslation();
  const open = useObservable(isOpen);
  useShortcut('help', openShortcutSheet);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => isOpen.set(next)}
      title={t('shortcuts.title')}
      place="middle"
    >
      <div className="gap-x-10 phone:columns-2">
        {groups.map(({ name, shortcuts }) => (
          <section key={name} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-tiny font-medium text-ink-3">{t(`shortcuts.${name}`)}</h3>
            <dl>
              {shortcuts.map(([action, chord]) => (
                <div key={action} className="flex h-7.5 items-center justify-between text-ui">
                  <dt>{t(`shortcuts.${action}`)}</dt>
                  <dd>
                    <kbd className="font-sans text-small text-ink-2">{chord}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
