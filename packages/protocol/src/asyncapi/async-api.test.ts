import schema from '@asyncapi/specs/schemas/3.0.0.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { jsonCodec } from '../json-codec.ts';
import { MESSAGES, type MessageType } from '../messages/message.ts';
import { examples } from '../testing/examples.ts';
import { asyncApi } from './async-api.ts';

const types = Object.keys(MESSAGES) as MessageType[];
const written = Object.fromEntries(
  types.map((type) => [type, JSON.parse(jsonCodec.encode(examples[type])) as unknown]),
) as Record<MessageType, unknown>;
const document = asyncApi(written);
const ajv = new Ajv({ strict: false, validateFormats: false });

/** When this fails, the wire has changed: look at the difference, then run the tests with `-u`. */
test('W1: the AsyncAPI document is that of these schemas', async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
    '../../fixtures/asyncapi.v1.json',
  );
});

test('it is AsyncAPI 3', () => {
  // The schema includes the meta-schemas that it refers to.
  const own = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
  });
  const isValid = own.validate(schema, document);
  expect(own.errors?.slice(0, 3) ?? []).toEqual([]);
  expect(isValid).toBe(true);
});

test.each(types)('the example of %s is what its schema describes', (type) => {
  const { payload } = document.components.messages[type.replace(':', '.')]!;
  expect(ajv.validate(payload, written[type]), JSON.stringify(ajv.errors)).toBe(true);
  const isFromServer = MESSAGES[type].from === 'server';
  expect(ajv.validate(payload, { ...(written[type] as object), added: 1 })).toBe(isFromServer);
});

test('each message is in the direction in which it is sent', () => {
  const { receive, send } = document.operations;
  expect(receive.messages.map(({ $ref }) => $ref)).toContain('#/channels/socket/messages/hello');
  expect(send.messages.map(({ $ref }) => $ref)).not.toContain('#/channels/socket/messages/hello');
  expect(receive.messages.length + send.messages.length).toBe(
    types.length + types.filter((type) => MESSAGES[type].from === 'both').length,
  );
});
