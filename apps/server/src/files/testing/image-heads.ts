/** The beginnings of images, as far as anyone reads them for a size. */

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function number(value: number, length: 2 | 3 | 4, order: 'big' | 'little' = 'big'): Buffer {
  const buffer = Buffer.alloc(length);
  if (order === 'big') buffer.writeUIntBE(value, 0, length);
  else buffer.writeUIntLE(value, 0, length);
  return buffer;
}

export function png(width: number, height: number): Buffer {
  const header = Buffer.concat([number(width, 4), number(height, 4), Buffer.from([8, 2, 0, 0, 0])]);
  return Buffer.concat([bytes('\x89PNG\r\n\x1a\n'), number(13, 4), bytes('IHDR'), header]);
}

export function gif(width: number, height: number): Buffer {
  const size = Buffer.concat([number(width, 2, 'little'), number(height, 2, 'little')]);
  return Buffer.concat([bytes('GIF89a'), size, Buffer.alloc(3)]);
}

export function webp(width: number, height: number): Buffer {
  const size = Buffer.concat([number(width - 1, 3, 'little'), number(height - 1, 3, 'little')]);
  const header = Buffer.concat([number(10, 4, 'little'), Buffer.alloc(4), size]);
  return Buffer.concat([bytes('RIFF'), number(22, 4, 'little'), bytes('WEBPVP8X'), header]);
}

export function jpeg(
  width: number,
  height: number,
  { orientation }: { readonly orientation?: number } = {},
): Buffer {
  const segment = (marker: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0xff, marker]), number(body.length + 2, 2), body]);
  const entry = Buffer.concat([
    number(274, 2),
    number(3, 2),
    number(1, 4),
    number(orientation ?? 1, 2),
  ]);
  const exif = Buffer.concat([
    bytes('Exif\0\0MM\0*'),
    number(8, 4),
    number(1, 2),
    entry,
    Buffer.alloc(6),
  ]);
  const frame = Buffer.concat([
    Buffer.from([8]),
    number(height, 2),
    number(width, 2),
    Buffer.alloc(10),
  ]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(orientation === undefined
      ? [segment(0xe0, bytes('JFIF\0\x01\x01\0\0\x01\0\x01\0\0'))]
      : [segment(0xe1, exif)]),
    segment(0xc0, frame),
  ]);
}

/** So many empty segments that the size never comes. */
export function jpegOfSegments(length: number): Buffer {
  const one = Buffer.from([0xff, 0xe0, 0, 2]);
  const segments = Array.from({ length: Math.floor(length / one.length) }, () => one);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments]);
}

const box = (name: string, body: Buffer): Buffer =>
  Buffer.concat([number(body.length + 8, 4), bytes(name), body]);

function avifWith(properties: Buffer): Buffer {
  const meta = Buffer.concat([Buffer.alloc(4), box('iprp', box('ipco', properties))]);
  return Buffer.concat([box('ftyp', bytes('avif\0\0\0\0avifmif1')), box('meta', meta)]);
}

const extents = (width: number, height: number): Buffer =>
  box('ispe', Buffer.concat([Buffer.alloc(4), number(width, 4), number(height, 4)]));

export function avif(width: number, height: number): Buffer {
  return avifWith(extents(width, height));
}

/** So many boxes that looking for each from the last one takes long. */
export function avifOfBoxes(length: number): Buffer {
  const one = extents(5, 5);
  return avifWith(
    Buffer.concat(Array.from({ length: Math.floor(length / one.length) }, () => one)),
  );
}
