import { expect, test } from 'vitest';
import { createLog } from './log.ts';

async function lines(write: (log: Awaited<ReturnType<typeof createLog>>) => void) {
  const written: string[] = [];
  const log = await createLog(
    { format: 'json', level: 'trace' },
    { write: (line: string) => void written.push(line) },
  );
  write(log);
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('says only the beginning of a document id', async () => {
  const [line] = await lines((log) => log.info({ document: 'abcdefghijkl' }, 'opened'));
  expect(line).toMatchObject({ document: 'abcdef', msg: 'opened' });
});

test.each(['token', 'cookie', 'authorization', 'secret', 'title', 'text', 'update', 'body'])(
  'never says a %s, by mistake or as a part of something',
  async (name) => {
    const written = await lines((log) => {
      log.trace({ [name]: 'mark' }, 'said');
      log.error({ request: { [name]: 'mark' } }, 'said');
    });
    expect(written).toHaveLength(2);
    expect(JSON.stringify(written)).not.toContain('mark');
  },
);
