/** Prevents the browser from leaving the page for a file that was dropped where nothing accepts it. */

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

function isUntaken({ dataTransfer, defaultPrevented, target }: DragEvent): boolean {
  if (defaultPrevented || dataTransfer?.types.includes('Files') !== true) return false;
  return !(target instanceof HTMLInputElement && target.type === 'file');
}
