import { expect, test } from 'vitest';
import { FILES } from './limits.ts';
import { readFileType } from './file-type.ts';
import { avif, avifOfBoxes, gif, jpeg, jpegOfSegments, png, webp } from './testing/image-heads.ts';

const OTHER = { type: 'application/octet-stream', width: null, height: null };

test.each([
  ['image/png', png(640, 480)],
  ['image/jpeg', jpeg(640, 480)],
  ['image/gif', gif(640, 480)],
  ['image/webp', webp(640, 480)],
  ['image/avif', avif(640, 480)],
])('FI3 %s is recognised by its content', (type, head) => {
  expect(readFileType(head)).toEqual({ type, width: 640, height: 480 });
});

test('FI3 a turned photograph is as high as it is shown', () => {
  expect(readFileType(jpeg(640, 480, { orientation: 6 }))).toMatchObject({
    width: 480,
    height: 640,
  });
});

test.each([
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['a page', '<!doctype html><script>alert(1)</script>'],
  ['a script', 'alert(1)'],
  ['a document', '%PDF-1.7'],
  ['nothing', ''],
  ['half a signature', '\x89PN'],
  ['a signature alone', '\x89PNG\r\n\x1a\n'],
  ['a bitmap', 'BM'.padEnd(64, '\0')],
])('FI3 %s is a download', (_what, text) => {
  expect(readFileType(Buffer.from(text, 'latin1'))).toEqual(OTHER);
});

test.each([
  [50_000, 50_000],
  [40_000, 1],
  [0, 10],
])('FI3 an image that claims %i × %i pixels is a download', (width, height) => {
  expect(readFileType(png(width, height))).toEqual(OTHER);
});

test('FI3 heads that are made to be slow to read are read within 20 ms', () => {
  const heads = [
    avifOfBoxes(FILES.headBytes),
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(FILES.headBytes - 3)]),
    jpegOfSegments(FILES.headBytes),
    Buffer.concat([Buffer.from('RIFF....WEBPVP8X'), Buffer.alloc(FILES.headBytes, 0xff)]),
  ];
  for (const head of heads) {
    // The best of a few: other work of the machine counts as well.
    const times = Array.from({ length: 4 }, () => {
      const beganMs = performance.now();
      readFileType(head);
      return performance.now() - beganMs;
    });
    expect(Math.min(...times)).toBeLessThan(20);
  }
});
