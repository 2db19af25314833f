import type { EditorView } from '@tiptap/pm/view';
import type { ReactNode } from 'react';
import type { Observable } from '../runtime/observable.ts';
import { LinkCard } from './link-card.tsx';
import type { LinkEditor } from './link-editor.ts';
import { PhoneToolbar } from './phone-toolbar.tsx';
import type { SelectionState } from './selection-state.ts';
import { SelectionToolbar } from './selection-toolbar.tsx';
import type { SlashMenu as Menu } from './slash-command.ts';
import { SlashMenu } from './slash-menu.tsx';
import { addTexts } from '../translation/translation.ts';
import words from '../languages/editor-controls.en.json' with { type: 'json' };

addTexts(words);

interface EditorControlsProps {
  readonly view: EditorView;
  readonly links: LinkEditor;
  readonly selection: Observable<SelectionState>;
  readonly slash: Observable<Menu | null>;
  readonly editable: boolean;
  readonly onComment: (() => void) | null;
}

/** What appears beside the text. The text can be written without it, so it is loaded after the editor. */
export function EditorControls({
  view,
  links,
  selection,
  slash,
  editable,
  onComment,
}: EditorControlsProps): ReactNode {
  return (
    <>
      <LinkCard view={view} links={links} />
      {(editable || onComment !== null) && (
        <SelectionToolbar
          view={view}
          selection={selection}
          links={links}
          editable={editable}
          onComment={onComment}
        />
      )}
      {editable && (
        <>
          <SlashMenu view={view} menu={slash} />
          <PhoneToolbar view={view} selection={selection} />
        </>
      )}
    </>
  );
}
