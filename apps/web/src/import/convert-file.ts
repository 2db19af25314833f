/** Reads one file by its extension. Never throws: a bad file is a result. */
import type { Block } from '@tandem/document';
import { checkSize } from './imported-blocks.ts';
import {
  type ImportedDocument,
  type ImportResult,
  Losses,
  type RefusalReason,
  RefusedFile,
} from './imported.ts';
import { importMarkdown } from './markdown-import.ts';

export interface FileToImport {
  readonly name: string;
  readonly blob: Blob;
}

/** By extension, in lower case. */
const READERS: Readonly<Record<string, (file: FileToImport) => Promise<ImportedDocument>>> = {
  md: readMarkdown,
  markdown: readMarkdown,
  mdown: readMarkdown,
  txt: readText,
  html: readHtml,
  htm: readHtml,
  docx: readDocx,
};

export async function convertFile(file: FileToImport): Promise<ImportResult> {
  try {
    const read = READERS[extensionIn(file.name)];
    if (read === undefined) return { kind: 'refused', reason: 'unknown-type' };
    if (file.blob.size === 0) return { kind: 'refused', reason: 'empty' };
    const imported = await read(file);
    checkSize(imported.blocks);
    return { kind: 'imported', imported };
  } catch (error) {
    return { kind: 'refused', reason: refusalOf(error) };
  }
}

export function refusalOf(error: unknown): RefusalReason {
  if (error instanceof RefusedFile) return error.reason;
  // A recursion that no limit has caught.
  return error instanceof RangeError ? 'too-deep' : 'unreadable';
}

function extensionIn(name: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

async function readMarkdown({ blob }: FileToImport): Promise<ImportedDocument> {
  const { text, losses } = await decode(blob);
  return withLosses(await importMarkdown(text), losses);
}

async function readText({ blob }: FileToImport): Promise<ImportedDocument> {
  const { text, losses } = await decode(blob);
  const blocks = text.split(/\r\n?|\n/).map((line): Block => {
    const words = line.replace(/[\v\f\u2028\u2029]/g, ' ');
    return { type: 'textBlock', ...(words !== '' && { content: [{ type: 'text', text: words }] }) };
  });
  return { title: null, blocks, files: [], losses: losses.list() };
}

async function readHtml({ blob }: FileToImport): Promise<ImportedDocument> {
  const { text, losses } = await decode(blob);
  const { importHtml } = await load(() => import('./html-import.ts'));
  return importHtml(text, { losses });
}

async function readDocx({ blob }: FileToImport): Promise<ImportedDocument> {
  const { importDocx } = await load(() => import('./docx-import.ts'));
  return await importDocx(blob);
}

/** Code that is not on this device yet. */
export async function load<T>(part: () => Promise<T>): Promise<T> {
  try {
    return await part();
  } catch {
    throw new RefusedFile('not-loaded');
  }
}

export function withLosses(imported: ImportedDocument, losses: Losses): ImportedDocument {
  return { ...imported, losses: [...losses.list(), ...imported.losses] };
}

const MAX_DECLARATION_LENGTH = 2_048;

/** UTF-8, or what the file says that it is, or what Windows has written in western Europe for decades. */
export async function decode(
  blob: Blob,
): Promise<{ readonly text: string; readonly losses: Losses }> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const losses = new Losses();
  const mark = (bytes[0]! << 8) | (bytes[1] ?? 0);
  if (mark === 0xfffe) return { text: new TextDecoder('utf-16le').decode(bytes), losses };
  if (mark === 0xfeff) return { text: new TextDecoder('utf-16be').decode(bytes), losses };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), losses };
  } catch {
    const head = new TextDecoder('latin1').decode(bytes.subarray(0, MAX_DECLARATION_LENGTH));
    const declared = /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1];
    losses.add('encoding');
    return { text: decoderOf(declared).decode(bytes), losses };
  }
}

function decoderOf(label = 'windows-1252'): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder('windows-1252');
  }
}
