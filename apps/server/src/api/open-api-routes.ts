/** The description of the API. It is the same for everyone, and says nothing about this server. */
import { Hono } from 'hono';
import description from '@tandem/protocol/openapi.json' with { type: 'json' };
import type { ApiEnvironment } from './api-environment.ts';

const BODY = JSON.stringify(description);

export function openApiRoutes() {
  return new Hono<ApiEnvironment>().get('/openapi.json', (context) => {
    context.header('Cache-Control', 'no-cache');
    return context.body(BODY, 200, { 'Content-Type': 'application/json' });
  });
}
