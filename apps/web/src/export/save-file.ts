/** Hands a file to the browser's downloads. */
const RELEASE_AFTER_MS = 60_000;

export function saveFile(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Browsers may begin to read it later.
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_AFTER_MS);
}
