/**
 * The socket as an AsyncAPI 3 document, built from the schemas that check every message. Payloads
 * are those of `tandem.v1.json`; the binary subprotocol carries the same messages.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
import * as z from 'zod/mini';
import { jsonBodies, MESSAGES, type MessageType } from '../messages/message.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL_BINARY, SUBPROTOCOL_JSON, SYNC_PATH } from '../version.ts';
import { SUMMARIES } from './summaries.ts';

export interface AsyncApiMessage {
  readonly name: MessageType;
  readonly summary: string;
  readonly contentType: 'application/json';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly examples: readonly { readonly payload: unknown }[];
}

interface Reference {
  readonly $ref: string;
}

export interface AsyncApi {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: 'application/json';
  readonly channels: { readonly socket: object };
  readonly operations: Readonly<
    Record<
      'receive' | 'send',
      {
        readonly action: 'receive' | 'send';
        readonly summary: string;
        readonly channel: Reference;
        readonly messages: readonly Reference[];
      }
    >
  >;
  readonly components: { readonly messages: Readonly<Record<string, AsyncApiMessage>> };
}

export function asyncApi(examples: Readonly<Record<MessageType, unknown>>): AsyncApi {
  const types = Object.keys(MESSAGES) as MessageType[];
  const from = (side: 'client' | 'server') =>
    types.filter((type) => MESSAGES[type].from === side || MESSAGES[type].from === 'both');
  const ofChannel = (type: MessageType) => ({ $ref: `#/channels/socket/messages/${key(type)}` });
  const operation = <A extends 'receive' | 'send'>(action: A, summary: string) => ({
    action,
    summary,
    channel: { $ref: '#/channels/socket' },
    messages: from(action === 'receive' ? 'client' : 'server').map(ofChannel),
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tandem',
      version: `${PROTOCOL_VERSION}.0.0`,
      description: `Documents, presence, commands and events over one WebSocket. Offer the subprotocol ${SUBPROTOCOL_JSON} for the messages below, one or an array of them in a text frame, or ${SUBPROTOCOL_BINARY} for the same messages in binary frames.`,
    },
    defaultContentType: 'application/json',
    channels: {
      socket: {
        address: SYNC_PATH,
        messages: Object.fromEntries(
          types.map((type) => [key(type), { $ref: `#/components/messages/${key(type)}` }]),
        ),
        bindings: {
          ws: {
            method: 'GET',
            headers: {
              type: 'object',
              properties: {
                'Sec-WebSocket-Protocol': { enum: [SUBPROTOCOL_BINARY, SUBPROTOCOL_JSON] },
              },
            },
            bindingVersion: '0.1.0',
          },
        },
      },
    },
    operations: {
      receive: operation('receive', 'Messages from a client.'),
      send: operation('send', 'Messages from the server.'),
    },
    components: {
      messages: Object.fromEntries(
        types.map((type) => [
          key(type),
          {
            name: type,
            summary: SUMMARIES[type],
            contentType: 'application/json',
            payload: payload(type),
            examples: [{ payload: examples[type] }],
          } satisfies AsyncApiMessage,
        ]),
      ),
    },
  };
}

/** AsyncAPI keys may not contain a colon. */
function key(type: MessageType): string {
  return type.replace(':', '.');
}

function payload(type: MessageType): Readonly<Record<string, unknown>> {
  const { $schema: _schema, ...body } = z.toJSONSchema(jsonBodies[type] as z.ZodMiniType, {
    io: 'input',
    target: 'draft-7',
  });
  const envelope = {
    type: { const: type },
    channel: { type: 'integer', minimum: 0, description: '0, or left out: the connection itself.' },
  };
  const alternatives = body.anyOf ?? body.oneOf;
  if (alternatives !== undefined) {
    return { oneOf: alternatives.map((one) => enveloped(one as ObjectSchema, envelope)) };
  }
  return enveloped(body, envelope);
}

interface ObjectSchema {
  readonly properties?: object;
  readonly required?: readonly string[];
}

function enveloped(schema: ObjectSchema, envelope: object): Readonly<Record<string, unknown>> {
  return {
    ...schema,
    properties: { ...envelope, ...schema.properties },
    required: ['type', ...(schema.required ?? [])],
  };
}
