/** Keeps the page when a file is dropped where nothing takes it: the browser would leave the page for the file. */

export function guardFileDrops(onRefused: () => void): void {
  addEventListener('dragover', (event) => {
    if (isUntaken(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!isUntaken(event)) return;
    event.preventDefault();
    onRefused();
  });
}

/** Files over nothing that has dealt with them itself. */
function isUntaken({ dataTransfer, defaultPrevented, target }: DragEvent): boolean {
  if (defaultPrevented || dataTransfer?.types.includes('Files') !== true) return false;
  return !(target instanceof HTMLInputElement && target.type === 'file');
}
