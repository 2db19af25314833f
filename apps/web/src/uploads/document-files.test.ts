import { expect, test, vi } from 'vitest';
import { documentFiles } from './document-files.ts';

vi.mock('../image-cache/kept-images.ts', () => {
  throw new Error('not loaded');
});

test('without the code of kept images, there are none, and the page goes on', async () => {
  const kept = await documentFiles('d1').kept();
  kept.keep('f1', { blob: null, isShown: true });
  kept.forget('f1');
  expect(await kept.find('f1')).toBeNull();
});
