/**
 * Images of the documents that were opened here are kept on this device, so that they are there without a network. Their
 * code is loaded with the first one, and by pages that may have to forget some.
 */
import type { ChannelSession, Client } from '@tandem/client';
import type { KeptImages } from '../editor/files/editor-files.ts';

/** In local storage once there are some, so that pages without images need not load their code. */
const IMAGES_KEY = 'tandem.images';

export interface ImageServices {
  readonly client: Client;
  readonly library: ChannelSession<'library'>;
  /** The id of the person; null before the first sign-in. */
  readonly owner: () => string | null;
}

let give: (found: ImageServices) => void;
const services = new Promise<ImageServices>((resolve) => (give = resolve));

const load = async () => (await import('./page-images.ts')).startCache(await services, noteImages);

export async function startImages(found: ImageServices): Promise<void> {
  give(found);
  if (hasImages()) await load();
}

function hasImages(): boolean {
  try {
    return localStorage.getItem(IMAGES_KEY) !== null;
  } catch {
    // Without storage, none is kept.
    return false;
  }
}

function noteImages(): void {
  try {
    localStorage.setItem(IMAGES_KEY, 'true');
  } catch {
    // The images are forgotten by pages that show one.
  }
}

/** Waits for `startImages`. */
export async function keptImages(document: string): Promise<KeptImages> {
  return (await load()).of(document);
}
