/** Images as text programs show them: those that they do not know become PNG. */

export interface DocxImage {
  readonly type: 'png' | 'jpg' | 'gif';
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const KNOWN: Readonly<Record<string, DocxImage['type']>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
};

/** @returns null for an image that this browser cannot read */
export async function toDocxImage(blob: Blob): Promise<DocxImage | null> {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (bitmap === null) return null;
  const { width, height } = bitmap;
  try {
    const type = KNOWN[blob.type];
    if (type !== undefined) return { type, bytes: await bytesOf(blob), width, height };
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    const png = await canvas.convertToBlob({ type: 'image/png' });
    return { type: 'png', bytes: await bytesOf(png), width, height };
  } catch {
    return null;
  } finally {
    bitmap.close();
  }
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
