/**
 * Reads from the beginning of a file what a browser may show. Names and stated types are not asked: a file that is
 * not clearly one of a few kinds of images is a download (FI3).
 */
import { imageSize } from 'image-size';
import { OTHER_FILE_TYPE, type FileType } from '@tandem/protocol';
import { FILES } from './limits.ts';
import type { FileContent } from '../storage/files.ts';

type Content = Omit<FileContent, 'hash'>;
type ImageType = Exclude<FileType, typeof OTHER_FILE_TYPE>;

const OTHER: Content = { type: OTHER_FILE_TYPE, width: null, height: null };

/** https://mimesniff.spec.whatwg.org/#image-type-pattern-matching-algorithm */
const SIGNATURES: readonly {
  readonly type: ImageType;
  /** As the library calls it. */
  readonly known: string;
  readonly at: readonly (readonly [offset: number, bytes: string])[];
}[] = [
  { type: 'image/png', known: 'png', at: [[0, '\x89PNG\r\n\x1a\n']] },
  { type: 'image/jpeg', known: 'jpg', at: [[0, '\xff\xd8\xff']] },
  { type: 'image/gif', known: 'gif', at: [[0, 'GIF87a']] },
  { type: 'image/gif', known: 'gif', at: [[0, 'GIF89a']] },
  {
    type: 'image/webp',
    known: 'webp',
    at: [
      [0, 'RIFF'],
      [8, 'WEBPVP'],
    ],
  },
  { type: 'image/avif', known: 'avif', at: [[4, 'ftypavif']] },
];

/** Orientations that turn an image by a quarter, as browsers do. */
const TURNED = 5;

export function readFileType(head: Buffer): Content {
  const found = SIGNATURES.find(({ at }) =>
    at.every(([offset, bytes]) =>
      head.subarray(offset, offset + bytes.length).equals(Buffer.from(bytes, 'latin1')),
    ),
  );
  if (found === undefined) return OTHER;
  if (found.type === 'image/jpeg' && hasManySegments(head)) return OTHER;
  const size = readSize(found.type === 'image/avif' ? head.subarray(0, FILES.avifHeadBytes) : head);
  if (size === null || size.type !== found.known) return OTHER;
  const isTurned = size.orientation !== undefined && size.orientation >= TURNED;
  const [width, height] = isTurned ? [size.height, size.width] : [size.width, size.height];
  const isShown =
    width > 0 &&
    height > 0 &&
    Math.max(width, height) <= FILES.maxImageSide &&
    width * height <= FILES.maxImagePixels;
  return isShown ? { type: found.type, width, height } : OTHER;
}

/** https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1.1: a marker has two bytes, and most have a length after them. */
function hasManySegments(head: Buffer): boolean {
  let segments = 0;
  let at = 2;
  while (at + 4 <= head.length && segments <= FILES.maxJpegSegments) {
    if (head[at] !== 0xff) at++;
    else at += 2 + head.readUInt16BE(at + 2);
    segments++;
  }
  return segments > FILES.maxJpegSegments;
}

function readSize(head: Buffer): ReturnType<typeof imageSize> | null {
  try {
    return imageSize(head);
  } catch {
    return null;
  }
}
