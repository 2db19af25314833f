/** The routes for people to read: a page of the guide. */
import { schemaName } from './open-api.ts';
import { ROUTES, type RouteDescription } from './routes.ts';

const SECTIONS: Readonly<Record<string, string>> = {
  documents: 'Documents',
  search: 'Search',
  notifications: 'Notifications',
  me: 'The person',
  people: 'People',
  'openapi.json': 'This description',
};

/** Without the routes that no token reaches, which are the browser's. */
export function routeReference(): string {
  const lines = [
    '# The routes of the API',
    '',
    'Addresses are below `/api`. [How to use it](api.md) tells of tokens, scopes, errors and limits. The schemas of bodies and',
    'answers are in the OpenAPI document of each server, `/api/openapi.json`.',
  ];
  for (const [first, title] of Object.entries(SECTIONS)) {
    const routes = Object.entries(ROUTES as Readonly<Record<string, RouteDescription>>).filter(
      ([address, { scope }]) => address.split('/')[1] === first && scope !== 'never',
    );
    if (routes.length === 0) continue;
    lines.push('', `## ${title}`);
    for (const [address, route] of routes) lines.push('', ...describe(address, route));
  }
  return `${lines.join('\n')}\n`;
}

function describe(address: string, route: RouteDescription): readonly string[] {
  const { summary, scope, query = {}, isOpen, body, answer } = route;
  const needs = isOpen === true ? 'nothing' : scope === 'any' ? 'any token' : `\`${scope}\``;
  return [
    `### \`${address}\``,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. Needs ${needs}.`,
    '',
    `${body === undefined ? '' : `Takes ${shapeOf(body)}. `}Answers ${shapeOf(answer)}.`,
    ...(Object.keys(query).length === 0 ? [] : ['']),
    ...Object.entries(query).map(
      ([name, { about, isRequired }]) =>
        `- \`${name}\`${isRequired === true ? ', which is required' : ''}: ${about}`,
    ),
  ];
}

function shapeOf(shape: RouteDescription['answer']): string {
  if (typeof shape !== 'string') return `\`${schemaName(shape)}\``;
  return shape === 'nothing' ? '204, without a body' : SHAPES[shape];
}

const SHAPES = { bytes: 'bytes', json: 'JSON', markdown: 'Markdown' } as const;
