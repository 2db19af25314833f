/** Files that are dragged from outside of the browser onto lists of documents. */
import type { DragEvent } from 'react';
import { requestImport } from './import-request.ts';

export function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes('Files');
}

/** Without this, the browser would show the file in the place of the page. */
export function acceptFiles(event: DragEvent, isAllowed = true): void {
  event.preventDefault();
  event.dataTransfer.dropEffect = isAllowed ? 'copy' : 'none';
}

export function importDropped(event: DragEvent, parent: string | null): void {
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  if (files.length > 0) requestImport(parent, files);
}

/** Handlers of a place whose files come to the top of the tree. */
export const dropToImport = {
  onDragOver: (event: DragEvent): void => {
    if (holdsFiles(event)) acceptFiles(event);
  },
  onDrop: (event: DragEvent): void => {
    if (holdsFiles(event)) importDropped(event, null);
  },
};
