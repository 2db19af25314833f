import { expect, test } from 'vitest';
import { errorOf, type Call } from '@tandem/protocol';
import { Refusals } from './refusals.ts';

const call: Call = { name: 'document:unlist', input: { document: 'tide-log' } };
const error = errorOf('forbidden');

test('a refusal is told where its command was given, and elsewhere only when nobody is there', () => {
  const told: string[] = [];
  const refusals = new Refusals(() => told.push('elsewhere'));
  refusals.listen(() => false);
  const leave = refusals.listen(() => told.push('here') > 0);
  refusals.tell(call, error);
  expect(told).toEqual(['here']);
  leave();
  refusals.tell(call, error);
  expect(told).toEqual(['here', 'elsewhere']);
});
