/**
 * The data of images that are written into a text (`data:` addresses). They are taken out before the text is parsed,
 * because they are often longer than all the rest.
 */
import type { ImportedFile } from './imported.ts';

interface Part {
  readonly address: string;
  readonly type: string;
  readonly base64: string;
}

/** The shortest that is worth it. */
const MIN_LENGTH = 200;
const DATA = /data:([\w.+-]+\/[\w.+-]+)(?:;[\w-]+=[\w.-]+)*;base64,([A-Za-z0-9+/=]+)/g;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/avif': '.avif',
  'image/svg+xml': '.svg',
  'application/pdf': '.pdf',
};

export class EmbeddedData {
  readonly text: string;
  readonly #parts: Part[] = [];
  readonly #prefix: string;

  constructor(source: string) {
    let prefix = 'embedded-data-';
    while (source.includes(prefix)) prefix += '-';
    this.#prefix = prefix;
    this.text = source.replace(DATA, (address, type: string, base64: string) => {
      if (base64.length < MIN_LENGTH && !type.startsWith('image/')) return address;
      return `${prefix}${this.#parts.push({ address, type, base64 }) - 1}.`;
    });
  }

  /** @returns null for another address, or data that is not base64 */
  find(address: string): Pick<ImportedFile, 'type' | 'blob'> | null {
    const part = this.#partOf(address);
    if (part === null) return null;
    try {
      const bytes = Uint8Array.from(atob(part.base64), (sign) => sign.charCodeAt(0));
      return { type: part.type.toLowerCase(), blob: new Blob([bytes]) };
    } catch {
      return null;
    }
  }

  /** Data that stood in the text itself, such as in an example of code. */
  restore(text: string): string {
    if (!text.includes(this.#prefix)) return text;
    return text.replace(
      new RegExp(`${this.#prefix}\\d+\\.`, 'g'),
      (address) => this.#partOf(address)?.address ?? address,
    );
  }

  #partOf(address: string): Part | null {
    if (!address.startsWith(this.#prefix)) return null;
    return this.#parts[Number.parseInt(address.slice(this.#prefix.length), 10)] ?? null;
  }
}

export function extensionOf(type: string): string {
  return EXTENSIONS[type] ?? '';
}

/** By the end of a name; of any other file, that of bytes. */
export function typeOf(name: string): string {
  const extension = /\.[A-Za-z0-9]+$/.exec(name)?.[0].toLowerCase().replace('.jpeg', '.jpg');
  const found = Object.entries(EXTENSIONS).find(([, other]) => other === extension);
  return found?.[0] ?? 'application/octet-stream';
}
