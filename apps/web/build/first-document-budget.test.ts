import { expect, test } from 'vitest';
import { type ChunkFacts, firstChunks, sizesBy } from './first-document-budget.ts';

function chunk(fileName: string, facts: Partial<ChunkFacts> = {}): ChunkFacts {
  return {
    fileName,
    isEntry: false,
    facadeModuleId: null,
    imports: [],
    code: `// ${fileName}`,
    modules: {},
    ...facts,
  };
}

const screen = chunk('screen.js', {
  facadeModuleId: '/app/src/document/document-screen.tsx',
  imports: ['shared.js'],
});

test('the first document needs the entry, its screen, and what they import, and no deferred code', () => {
  const entry = chunk('entry.js', { isEntry: true, imports: ['shared.js', 'base.js'] });
  const shared = chunk('shared.js', { imports: ['base.js', 'shared.js'] });
  const deferred = chunk('chat.js', { facadeModuleId: '/app/src/chat/chat-panel.tsx' });
  const base = chunk('base.js');
  expect(firstChunks([deferred, entry, screen, shared, base])).toEqual([
    entry,
    shared,
    base,
    screen,
  ]);
});

test('the size of a chunk is divided among its modules', () => {
  const both = chunk('both.js', {
    code: 'x'.repeat(10_000),
    modules: { '/app/src/a.ts': { renderedLength: 300 }, '/app/src/b.ts': { renderedLength: 100 } },
  });
  const sizes = sizesBy([both], (id) => id);
  expect(sizes.get('/app/src/a.ts')! / sizes.get('/app/src/b.ts')!).toBeCloseTo(3);
});
