import { createBlockId } from '@tandem/document';

export function newBlockId(): string {
  return createBlockId((length) => crypto.getRandomValues(new Uint8Array(length)));
}
