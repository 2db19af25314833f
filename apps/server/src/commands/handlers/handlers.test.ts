import { COMMANDS } from '@tandem/protocol';
import { expect, test } from 'vitest';
import type { HandlerTable } from '../handler.ts';
import { HANDLERS } from './handlers.ts';

test('every command that the protocol defines has a handler, or the table does not compile', () => {
  expect(Object.keys(HANDLERS)).toEqual(expect.arrayContaining(Object.keys(COMMANDS)));
  const { 'chat:see': _handler, ...others } = HANDLERS;
  // @ts-expect-error A handler is missing.
  const incomplete: HandlerTable = others;
  expect(incomplete).not.toHaveProperty('chat:see');
});
