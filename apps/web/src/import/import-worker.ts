/** The thread that reads files. */
import { convertFile, load, refusalOf } from './convert-file.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-messages.ts';
import type { WorkspaceReader } from './workspace-reader.ts';

let workspace: WorkspaceReader | null = null;

async function answer(request: ThreadRequest): Promise<ThreadAnswer> {
  switch (request.kind) {
    case 'file':
      return await convertFile(request.file);
    case 'workspace': {
      const { WorkspaceReader: Reader } = await load(() => import('./workspace-reader.ts'));
      workspace = await Reader.open(request.blob);
      return { kind: 'workspace', manifest: workspace.manifest };
    }
    case 'document':
      return { kind: 'imported', imported: await workspace!.read(request.document) };
  }
}

addEventListener('message', ({ data }: MessageEvent<ThreadRequest>) => {
  void answer(data)
    .catch((error: unknown): ThreadAnswer => ({ kind: 'refused', reason: refusalOf(error) }))
    .then((result) => postMessage(result));
});
