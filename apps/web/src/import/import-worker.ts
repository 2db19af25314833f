/** The thread that reads files. */
import type { Archive } from './archive.ts';
import { convertFile, load, refusalOf } from './convert-file.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-messages.ts';

let archive: Archive | null = null;

async function answer(request: ThreadRequest): Promise<ThreadAnswer> {
  switch (request.kind) {
    case 'file':
      return await convertFile(request.file);
    case 'archive': {
      const { openArchive } = await load(() => import('./archive.ts'));
      archive = await openArchive(request.blob);
      return { kind: 'archive', contents: archive.contents };
    }
    case 'document':
      return { kind: 'imported', ...(await archive!.read(request.index)) };
  }
}

addEventListener('message', ({ data }: MessageEvent<ThreadRequest>) => {
  void answer(data)
    .catch((error: unknown): ThreadAnswer => ({ kind: 'refused', reason: refusalOf(error) }))
    .then((result) => postMessage(result));
});
