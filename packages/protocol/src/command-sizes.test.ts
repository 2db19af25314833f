import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { binaryCodec } from './binary-codec.ts';
import { COMMANDS } from './commands.ts';
import {
  MAX_CONTROL_BYTES,
  MAX_IMPORTED_REACTION_NAMES,
  MAX_NAME_LENGTH,
  MAX_REACTIONS_PER_MESSAGE,
} from './limits.ts';
import { newImportedMessage } from './topics/message.ts';

const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
/** Three bytes in UTF-8, the most for one UTF-16 unit. */
const WIDE = '\u6f6e';
const FLAG = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

const names = (count: number) => Array.from({ length: count }, () => WIDE.repeat(MAX_NAME_LENGTH));

/** @param count of names: the first emoji has what the others leave */
function reactions(count: number) {
  const others = MAX_REACTIONS_PER_MESSAGE - 1;
  return Array.from({ length: MAX_REACTIONS_PER_MESSAGE }, (_, at) => ({
    emoji: FLAG,
    names: names(at === 0 ? count - others : 1),
  }));
}

/** What a schema bounds together with others, and JSON Schema cannot say. */
const JOINT: Readonly<Record<string, unknown>> = {
  reactions: reactions(MAX_IMPORTED_REACTION_NAMES),
};

const sizeOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;

/** @throws Error for a text or a list without a limit */
function largest(schema: Schema, key: string): unknown {
  if (key in JOINT) return JOINT[key];
  if (schema.const !== undefined) return schema.const;
  const values = schema.enum ?? (schema.anyOf ?? schema.oneOf)?.map((each) => largest(each, key));
  if (values !== undefined) return values.toSorted((one, other) => sizeOf(other) - sizeOf(one))[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, each]) => [name, largest(each, name)]),
      );
    case 'array': {
      if (schema.maxItems === undefined) throw new Error(`${key} has any number of items`);
      return Array.from({ length: schema.maxItems }, () => largest(schema.items!, key));
    }
    case 'string': {
      const length =
        schema.maxLength ?? Number(/\{(?:\d+,)?(\d+)\}\$$/.exec(schema.pattern ?? '')?.[1]);
      if (Number.isNaN(length)) throw new Error(`${key} has any length`);
      return WIDE.repeat(length);
    }
    case 'integer':
    case 'number':
      return Number.MAX_SAFE_INTEGER;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      throw new Error(`${key} is anything`);
  }
}

test.each(
  Object.values(COMMANDS).map(({ name, input }) => [name, input as z.ZodMiniType] as const),
)('W6 the largest %s is one that the server reads', (name, input) => {
  const given = largest(z.toJSONSchema(input, { io: 'input' }) as Schema, name);
  const message = { type: 'command', channel: 0, id: ULID, name, input: given } as never;
  expect(binaryCodec.encode(message).byteLength).toBeLessThan(MAX_CONTROL_BYTES.client);
});

test('CO8 an imported message has at most 100 names with all its emoji', () => {
  const { reactions: schema } = newImportedMessage.shape;
  expect(schema.safeParse(reactions(MAX_IMPORTED_REACTION_NAMES)).success).toBe(true);
  expect(schema.safeParse(reactions(MAX_IMPORTED_REACTION_NAMES + 1)).success).toBe(false);
});
