import './file-texts.ts';
import { NodeSelection, TextSelection } from '@tiptap/pm/state';
import { createRoot } from 'react-dom/client';
import { useTranslation } from '../../translation/translation.ts';

import { useObservable } from '../../runtime/observable.ts';
import { newBlockId } from '../new-block-id.ts';
import type { FileAttributes, FileBlockActions } from './file-attributes.ts';
import { FileCard } from './file-card.tsx';
import { FileFields } from './file-fields.tsx';
import type { FileBlockContext } from './file-view.ts';
import { ImageFrame } from './image-frame.tsx';
import { UploadNotice } from './upload-notice.tsx';
import { useUpload } from './use-upload.ts';

/** @returns a function that removes it */
export function mountFileBlock(element: HTMLElement, context: FileBlockContext): () => void {
  const root = createRoot(element);
  root.render(<FileBlock {...context} />);
  return () => root.unmount();
}

function FileBlock(context: FileBlockContext) {
  const { files } = context;
  const { t } = useTranslation();
  const { node, isSelected, isEditable } = useObservable(context.shown);
  const attributes = node.attrs as FileAttributes;
  const { file } = attributes;
  const own = useUpload(files, file ?? '');
  const actions = actionsOf(context);
  if (file === null) return <p className="file-problem">{t('editor.files.nothing')}</p>;
  const common = { attributes, own, actions, address: files.address(file), isEditable };
  return (
    <>
      {node.type.name === 'image' ? (
        <ImageFrame key={file} {...common} file={file} kept={files.kept} isSelected={isSelected} />
      ) : (
        <FileCard {...common} file={file} />
      )}
      {own.state !== null && (
        <UploadNotice
          state={own.state}
          isEditable={isEditable}
          onRetry={() => own.uploads?.retry(file)}
          onCancel={() => {
            own.uploads?.cancel(file);
            actions.remove();
          }}
        />
      )}
      <FileFields
        attributes={attributes}
        kind={node.type.name === 'image' ? 'image' : 'file'}
        isSelected={isSelected}
        isEditable={isEditable}
        actions={actions}
      />
    </>
  );
}

function actionsOf({ view, getPos }: FileBlockContext): FileBlockActions {
  const at = (run: (pos: number) => void): void => {
    const pos = getPos();
    if (pos !== undefined && !view.isDestroyed) run(pos);
  };
  return {
    set: (name, value) =>
      at((pos) => {
        if (!view.editable || view.state.doc.nodeAt(pos)?.attrs[name] === value) return;
        view.dispatch(view.state.tr.setNodeAttribute(pos, name, value));
      }),
    select: () =>
      at((pos) => {
        view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, pos)));
        view.focus();
      }),
    remove: () =>
      at((pos) => {
        const { tr, doc, schema } = view.state;
        const node = doc.nodeAt(pos);
        if (node === null || !view.editable) return;
        const isOnly = doc.resolve(pos).parent.childCount === 1;
        if (isOnly) tr.replaceWith(pos, pos + node.nodeSize, schema.nodes['textBlock']!.create());
        else tr.delete(pos, pos + node.nodeSize);
        view.dispatch(tr);
        view.focus();
      }),
    leave: () =>
      at((pos) => {
        const { tr, doc, schema } = view.state;
        const after = pos + (doc.nodeAt(pos)?.nodeSize ?? 0);
        if (!doc.resolve(after).nodeAfter?.isTextblock)
          tr.insert(after, schema.nodes['textBlock']!.create({ id: newBlockId() }));
        view.dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
        view.focus();
      }),
  };
}
