/**
 * The HTTP API as an OpenAPI document, built from the schemas that check every request.
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */
import * as z from 'zod/mini';
import * as accounts from '../accounts.ts';
import * as administration from '../administration.ts';
import * as apiTokens from '../api-tokens.ts';
import * as audit from '../audit.ts';
import * as content from '../content.ts';
import * as directory from '../directory.ts';
import * as files from '../files.ts';
import * as groups from '../groups.ts';
import * as history from '../history.ts';
import * as http from '../http.ts';
import { documentId, publicationId, user, userId } from '../messages/field.ts';
import * as passkeys from '../passkeys.ts';
import { chatPage } from '../topics/chat.ts';
import { inboxPage } from '../topics/inbox.ts';
import { libraryPage, listedDocument, treePage } from '../topics/library.ts';
import { PROTOCOL_VERSION } from '../version.ts';
import * as webhooks from '../webhooks.ts';
import { ROUTES, type RouteDescription } from './routes.ts';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** What the server sends by itself. */
  readonly webhooks: Readonly<Record<string, Json>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly [part: string]: Json;
  };
}

/** The names of schemas are those of the modules. */
const EXPORTED = new Map<unknown, string>(
  Object.entries({
    ...{
      ...administration,
      ...accounts,
      ...apiTokens,
      ...audit,
      ...content,
      ...directory,
      ...files,
      ...groups,
      ...history,
      ...http,
      ...webhooks,
      ...passkeys,
    },
    ...{ user, chatPage, inboxPage, libraryPage, listedDocument, treePage },
  }).map(([name, schema]) => [schema, name]),
);

export function openApi(): OpenApi {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [address, route] of Object.entries(ROUTES)) {
    const [method, path] = address.split(' ') as [string, string];
    const item = (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {});
    item[method.toLowerCase()] = operation({ method, path, route, schemas });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tandem',
      version: `${PROTOCOL_VERSION}.0.0`,
      description:
        'Documents and what is beside them. Text is written together over a WebSocket, which the AsyncAPI document describes.',
    },
    servers: [{ url: '/api' }],
    paths,
    webhooks: sentEvents(schemas),
    components: {
      schemas: schemas.all(),
      securitySchemes: {
        apiToken: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A token that a person has made in their account, with the scopes that a route names.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-tandem_session',
          description: 'Over plain http, `tandem_session`.',
        },
      },
    },
  };
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly route: RouteDescription;
  readonly schemas: Schemas;
}

function operation({ method, path, route, schemas }: Operation): Json {
  const { summary, body, answer } = route;
  return {
    operationId: operationId(method, path),
    summary: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    tags: [path.split('/')[1]],
    security: securityOf(route),
    parameters: [...pathParameters(path), ...queryParameters(route)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: route.isBodyOptional !== true,
            content: contentOf(body, schemas),
          },
        }),
    responses: {
      ...(answer === 'nothing'
        ? { 204: { description: 'Done.' } }
        : {
            200: {
              description: 'The answer.',
              content: contentOf(answer, schemas),
            },
          }),
      default: {
        description: 'A refusal, with a sentence for a person.',
        content: json(schemas.reference(http.errorAnswer)),
      },
    },
  };
}

function sentEvents(schemas: Schemas): Readonly<Record<string, Json>> {
  const content = json(schemas.reference(webhooks.webhookDelivery));
  return Object.fromEntries(
    webhooks.DELIVERY_TYPES.map((type) => [
      type,
      {
        post: {
          summary: 'Sent to the address of each webhook that tells of it.',
          description: 'Signed as Standard Webhooks has it, by the headers `webhook-…`.',
          requestBody: { required: true, content },
          responses: { '2XX': { description: 'It is taken; anything else is repeated later.' } },
        },
      },
    ]),
  );
}

/** `GET /documents/:id/chat` is `getDocumentsByIdChat`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[/.]/).filter((part) => part !== '');
  const named = words.map((word) =>
    word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word),
  );
  return method.toLowerCase() + named.join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The names beside `apiToken` are its scopes, and the token needs one of them. */
function securityOf({ scope, isOpen }: RouteDescription): readonly Json[] {
  if (isOpen === true) return [];
  const byToken = scope === 'never' ? [] : [{ apiToken: scope === 'any' ? [] : [scope] }];
  return [...byToken, { session: [] }];
}

const PATH_SCHEMAS: Readonly<Record<string, z.ZodMiniType>> = {
  id: documentId,
  file: files.fileId,
  thread: content.threadId,
  group: groups.groupId,
  person: userId,
  publication: publicationId,
};

function pathParameters(path: string): readonly Json[] {
  return Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => ({
    ...{ name, in: 'path', required: true, schema: inline(PATH_SCHEMAS[name] as z.ZodMiniType) },
  }));
}

function queryParameters({ query = {} }: RouteDescription): readonly Json[] {
  return Object.entries(query).map(([name, { about, schema, isRequired = false }]) => ({
    ...{ name, in: 'query', required: isRequired, description: about, schema: inline(schema) },
  }));
}

function contentOf(shape: Exclude<RouteDescription['answer'], 'nothing'>, schemas: Schemas): Json {
  switch (shape) {
    case 'bytes':
      return { 'application/octet-stream': {} };
    case 'markdown':
      return { 'text/markdown': { schema: { type: 'string' } } };
    case 'json':
      return json({ type: 'object' });
    default:
      return json(schemas.reference(shape));
  }
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** Readers ignore unknown fields of answers (W45), so that they are described as bodies are. */
function inline(schema: z.ZodMiniType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** @throws for a schema that no module exports. */
export function schemaName(schema: z.ZodMiniType): string {
  const name = EXPORTED.get(schema);
  if (name === undefined) throw new Error('a schema of a route has no name');
  return capital(name);
}

class Schemas {
  readonly #registry = z.registry<{ readonly id: string }>();

  constructor() {
    // Those that are parts of others.
    for (const shared of [user, listedDocument, http.documentSummary]) this.reference(shared);
  }

  reference(schema: z.ZodMiniType): Json {
    const id = schemaName(schema);
    if (!this.#registry.has(schema)) this.#registry.add(schema, { id });
    return { $ref: addressOf(id) };
  }

  all(): Readonly<Record<string, Json>> {
    const { schemas } = z.toJSONSchema(this.#registry, { io: 'input', uri: addressOf });
    return Object.fromEntries(
      Object.entries(schemas)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
    );
  }
}

function addressOf(id: string): string {
  return `#/components/schemas/${id}`;
}
