import * as z from 'zod/mini';

const object = z.looseObject({
  properties: z.record(z.string(), z.unknown()),
  required: z.optional(z.array(z.string())),
});
const either = z.looseObject({ oneOf: z.array(z.unknown()) });
const simple = z.looseObject({
  type: z.optional(z.string()),
  const: z.optional(z.union([z.string(), z.number(), z.boolean()])),
  enum: z.optional(z.array(z.unknown())),
  items: z.optional(z.unknown()),
  anyOf: z.optional(z.array(z.unknown())),
  oneOf: z.optional(z.array(z.unknown())),
  contentEncoding: z.optional(z.string()),
});

export interface Field {
  readonly name: string;
  /** `string`, `integer`, `"off" | "view"`, `object[]`. */
  readonly type: string;
  readonly isRequired: boolean;
}

export function fieldsOf(schema: unknown): readonly (readonly Field[])[] {
  const forms = either.safeParse(schema);
  return (forms.success ? forms.data.oneOf : [schema]).map(fieldsOfOne);
}

function fieldsOfOne(schema: unknown): readonly Field[] {
  const parsed = object.safeParse(schema);
  if (!parsed.success) return [];
  const { properties, required = [] } = parsed.data;
  return Object.entries(properties).map(([name, inner]) => ({
    name,
    type: typeOf(inner),
    isRequired: required.includes(name),
  }));
}

function typeOf(schema: unknown): string {
  const parsed = simple.safeParse(schema);
  if (!parsed.success) return 'any';
  const {
    type,
    const: constant,
    enum: choices,
    items,
    anyOf,
    oneOf,
    contentEncoding,
  } = parsed.data;
  if (constant !== undefined) return JSON.stringify(constant);
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  const alternatives = anyOf ?? oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeOf))].join(' | ');
  if (type === 'array') return `${typeOf(items)}[]`;
  if (contentEncoding !== undefined) return contentEncoding;
  return type ?? 'any';
}
