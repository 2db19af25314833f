import { expect, test } from 'vitest';
import { StorageError } from '../storage/storage-error.ts';
import { ApiError, endedBy, errorBodyOf } from './api-error.ts';

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

test('SE11 what ends with its request is no fault; what fails otherwise at that moment is', () => {
  const gone = new AbortController();
  const fault = new Error('fault');
  expect(() => endedBy(gone.signal)(fault)).toThrow(fault);
  gone.abort('closed');
  expect(() => endedBy(gone.signal)('closed')).toThrow(ApiError);
  expect(() => endedBy(gone.signal)(fault)).toThrow(fault);
});
