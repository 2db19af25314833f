/** The thread that reads files. */
import { convertFile, type FileToImport } from './convert-file.ts';

addEventListener('message', ({ data }: MessageEvent<FileToImport>) => {
  void convertFile(data).then((result) => postMessage(result));
});
