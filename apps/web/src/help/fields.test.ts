import { expect, test } from 'vitest';
import { fieldsOf } from './fields.ts';

test('fields have a name, a type, and whether they are required', () => {
  const schema = {
    type: 'object',
    properties: {
      type: { const: 'open' },
      ref: { type: 'integer' },
      link: { enum: ['off', 'view'] },
      bytes: { type: 'string', contentEncoding: 'base64' },
      clients: { type: 'array', items: { type: 'integer' } },
      position: { anyOf: [{ type: 'object' }, { type: 'null' }] },
    },
    required: ['type', 'ref'],
  };
  expect(fieldsOf(schema)).toEqual([
    [
      { name: 'type', type: '"open"', isRequired: true },
      { name: 'ref', type: 'integer', isRequired: true },
      { name: 'link', type: '"off" | "view"', isRequired: false },
      { name: 'bytes', type: 'base64', isRequired: false },
      { name: 'clients', type: 'integer[]', isRequired: false },
      { name: 'position', type: 'object | null', isRequired: false },
    ],
  ]);
});

test('each alternative of a message has its own fields', () => {
  const form = (name: string) => ({ type: 'object', properties: { [name]: {} } });
  expect(fieldsOf({ oneOf: [form('a'), form('b')] })).toEqual([
    [{ name: 'a', type: 'any', isRequired: false }],
    [{ name: 'b', type: 'any', isRequired: false }],
  ]);
});
