import { expect, test } from 'vitest';
import { CLOSE_CODES, closeAction, closeCode, type CloseCode } from './close-codes.ts';
import { ERRORS, errorCodes, errorOf } from './errors.ts';

const codes = Object.keys(CLOSE_CODES).map(Number) as CloseCode[];

test('W9: 4400–4499 do not retry, 4500–4599 do', () => {
  for (const code of codes)
    expect([code, closeAction(code) === 'retry']).toEqual([code, code >= 4500]);
});

test('W9: unknown codes follow their range', () => {
  expect(closeAction(4499)).toBe('stop');
  expect(closeAction(4599)).toBe('retry');
  for (const code of [1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013])
    expect(closeAction(code)).toBe('retry');
});

test('W9: names and numbers are one to one', () => {
  for (const code of codes) expect(closeCode(CLOSE_CODES[code].name)).toBe(code);
});

test('W10: each error is a sentence for a person', () => {
  for (const code of errorCodes) {
    expect(ERRORS[code].sentence).toMatch(/^[A-Z].*\.$/);
    expect(errorOf(code)).toMatchObject({ code, temporary: ERRORS[code].action === 'retry' });
  }
});
