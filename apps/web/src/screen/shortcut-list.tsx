import { addTexts, useTranslation } from '../translation/translation.ts';
import { chord, NEW_DOCUMENT, NOTICES_KEYS } from './shortcuts.ts';
import words from '../languages/shortcuts.en.json' with { type: 'json' };

addTexts(words);

const groups = [
  {
    name: 'everywhere',
    shortcuts: [
      ['newDocument', NEW_DOCUMENT],
      ['palette', chord('Mod', 'K')],
      ['filter', '/'],
      ['help', chord('Mod', '/')],
      ['notices', chord(...NOTICES_KEYS)],
    ],
  },
  {
    name: 'text',
    shortcuts: [
      ['commands', '/'],
      ['bold', chord('Mod', 'B')],
      ['italic', chord('Mod', 'I')],
      ['code', chord('Mod', 'E')],
      ['link', chord('Mod', 'K')],
      ['comment', chord('Mod', 'Alt', 'M')],
      ['headings', `${chord('Mod', 'Alt')} 1 2 3 0`],
      ['lists', `${chord('Mod', 'Shift')} 7 8 9`],
      ['undo', chord('Mod', 'Z')],
      ['redo', chord('Mod', 'Shift', 'Z')],
      ['move', `${chord('Alt', 'Shift')} ↑ ↓`],
      ['pastePlain', chord('Mod', 'Shift', 'V')],
      ['aboveCode', chord('Mod', 'Shift', 'Enter')],
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

export function ShortcutList() {
  const { t } = useTranslation();
  return (
    <div className="gap-x-10 phone:columns-2">
      {groups.map(({ name, shortcuts }) => (
        <section key={name} className="mb-4 break-inside-avoid">
          <h3 className="mb-1 text-tiny font-medium text-ink-3">{t(`shortcuts.${name}`)}</h3>
          <dl>
            {shortcuts.map(([action, written]) => (
              <div key={action} className="flex h-7.5 items-center justify-between text-ui">
                <dt>{t(`shortcuts.${action}`)}</dt>
                <dd>
                  <kbd className="font-sans text-small text-ink-2">{written}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
