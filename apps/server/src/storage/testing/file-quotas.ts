import type { FileQuotas } from '../files.ts';

export const UNLIMITED: FileQuotas = {
  bytesPerDocument: 1e12,
  bytesPerUser: 1e12,
  filesPerDocument: 1e6,
  filesPerUser: 1e6,
  blockBytes: 1,
};
