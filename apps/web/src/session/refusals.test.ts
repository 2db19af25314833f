import { expect, test } from 'vitest';
import { errorOf, type Call } from '@tandem/protocol';
import { Refusals } from './refusals.ts';

const call: Call = { name: 'document:unlist', input: { document: 'tide-log' } };
const error = errorOf('forbidden');

test('a refusal is shown where its command was given, and elsewhere only when nothing there shows it', () => {
  const shown: string[] = [];
  const refusals = new Refusals(() => shown.push('elsewhere'));
  refusals.listen(() => false);
  const leave = refusals.listen(() => shown.push('here') > 0);
  refusals.report(call, error);
  expect(shown).toEqual(['here']);
  leave();
  refusals.report(call, error);
  expect(shown).toEqual(['here', 'elsewhere']);
});
