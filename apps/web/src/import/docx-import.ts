/**
 * Reads a DOCX file. It is a zip file of XML: both are measured before the conversion, which needs many times the memory
 * of what it reads, and only the parts of the text reach it. No part refers to anything outside (ECMA-376 has no document
 * type declarations), so a file that does is refused.
 */
import mammoth from 'mammoth';
import { BlobReader, ZipReader } from '@zip.js/zip.js/lib/zip-core-external.js';
import { ZipFile } from '../export/zip-file.ts';
import { importHtml } from './html-import.ts';
import { type ImportedDocument, Losses, RefusedFile } from './imported.ts';
import { DOCX_LIMITS } from './limits.ts';
import { unpack } from './unpack.ts';

const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  "p[style-name='Quote'] => blockquote > p:fresh",
  "p[style-name='Intense Quote'] => blockquote > p:fresh",
  "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
  "p[style-name='Source Code'] => pre:separator('\\n')",
  "p[style-name='Code'] => pre:separator('\\n')",
  "r[style-name='HTML Code'] => code",
  "r[style-name='Verbatim Char'] => code",
];

export async function importDocx(file: Blob): Promise<ImportedDocument> {
  const parts = await readParts(file);
  const losses = countLosses(parts);
  const zip = new ZipFile({ compression: 'stored' });
  for (const [path, content] of parts) await zip.add(path, content.blob);
  const arrayBuffer = await (await zip.close()).arrayBuffer();
  // The name of the same in Node, for tests.
  const input = { arrayBuffer, buffer: arrayBuffer };
  const { value, messages } = await mammoth
    .convertToHtml(input, {
      styleMap: STYLES,
      includeEmbeddedStyleMap: false,
      convertImage: mammoth.images.imgElement(async (image) => ({
        src: `data:${image.contentType};base64,${await image.readAsBase64String()}`,
      })),
    })
    .catch(() => {
      throw new RefusedFile('unreadable');
    });
  const unknown = new Set(
    messages.flatMap(({ message }) => /^Unrecognised \w+ style: (.+)$/.exec(message)?.[1] ?? []),
  );
  losses.add('styles', unknown.size);
  losses.add('missingImages', messages.filter(({ message }) => /\bimage\b/i.test(message)).length);
  return importHtml(value, { losses });
}

interface Part {
  readonly blob: Blob;
  /** Null for a part that is not XML. */
  readonly xml: string | null;
}

const TEXT = /^(?:\[Content_Types\]\.xml|_rels\/.*|word\/.*)$/;
const XML = /\.(?:xml|rels)$/i;

async function readParts(file: Blob): Promise<ReadonlyMap<string, Part>> {
  const reader = new ZipReader(new BlobReader(file), { useWebWorkers: false });
  const parts = new Map<string, Part>();
  const left: Record<'xml' | 'media', number> = {
    xml: DOCX_LIMITS.maxXmlBytes,
    media: DOCX_LIMITS.maxMediaBytes,
  };
  let entries = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (++entries > DOCX_LIMITS.maxEntries) throw new RefusedFile('too-large');
      if (entry.directory || !TEXT.test(entry.filename) || entry.filename.includes('..')) continue;
      if (entry.encrypted) throw new RefusedFile('unreadable');
      const isXml = XML.test(entry.filename);
      const kind = isXml ? 'xml' : 'media';
      const blob = await unpack(entry, left[kind]);
      left[kind] -= blob.size;
      const xml = isXml ? await blob.text() : null;
      if (xml !== null) checkXml(xml);
      parts.set(entry.filename, { blob, xml });
    }
  } catch (error) {
    throw error instanceof RefusedFile ? error : new RefusedFile('unreadable');
  } finally {
    await reader.close();
  }
  if (!parts.has('word/document.xml')) throw new RefusedFile('unreadable');
  return parts;
}

function checkXml(xml: string): void {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw new RefusedFile('unsafe');
  let depth = 0;
  let elements = 0;
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at + 1)) {
    const sign = xml[at + 1];
    if (sign === '?' || sign === '!') continue;
    if (sign === '/') {
      depth--;
      continue;
    }
    if (++elements > DOCX_LIMITS.maxElements) throw new RefusedFile('too-long');
    if (xml[xml.indexOf('>', at) - 1] !== '/' && ++depth > DOCX_LIMITS.maxDepth)
      throw new RefusedFile('too-deep');
  }
}

function countLosses(parts: ReadonlyMap<string, Part>): Losses {
  const losses = new Losses();
  const text = parts.get('word/document.xml')?.xml ?? '';
  if (countOf(text, /<w:p[ />]/g) > DOCX_LIMITS.maxParagraphs) throw new RefusedFile('too-long');
  losses.add('formulas', countOf(text, /<m:oMath[ >]/g));
  losses.add('deletions', countOf(text, /<w:del /g));
  losses.add('embeds', countOf(text, /<(?:w:object|c:chart|dgm:relIds)[ >]/g));
  losses.add('comments', countOf(parts.get('word/comments.xml')?.xml ?? '', /<w:comment /g));
  for (const [path, { xml }] of parts)
    if (/^word\/(?:header|footer)\d*\.xml$/.test(path) && /<w:t[ >]/.test(xml ?? ''))
      losses.add('marginalia');
  return losses;
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
