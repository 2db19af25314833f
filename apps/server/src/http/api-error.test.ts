import { expect, test } from 'vitest';
import { StorageError } from '../storage/storage-error.ts';
import { errorBodyOf } from './api-error.ts';

test.each([
  ['overloaded', true],
  ['storage-failed', false],
] as const)(
  'SE11 %s: what storage has ended is not said to be a disk that fails',
  (code, isTooLong) => {
    const error = new StorageError({ message: 'x', retryable: true, damaged: false, isTooLong });
    expect(errorBodyOf(error)).toMatchObject({ code, temporary: true });
  },
);
