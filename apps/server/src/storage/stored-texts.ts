/**
 * Fits every stored text to the schema with which it is sent. Requests are validated on entry, but a row may be
 * older than a validation or written by another program, and one invalid name would lock its user and everyone
 * in the same document out.
 */
import type { KyselyPlugin, PluginTransformResultArgs, QueryResult, UnknownRow } from 'kysely';
import {
  fitText,
  MAX_MESSAGE_TEXT_LENGTH,
  MAX_EXCERPT_LENGTH,
  MAX_TITLE_LENGTH,
  toDisplayName,
} from '@tandem/protocol';

const TEXTS: ReadonlyMap<string, (stored: string) => string> = new Map([
  ['name', toDisplayName],
  ['title', (stored) => fitText(stored, { lines: 'one', maxLength: MAX_TITLE_LENGTH })],
  ['excerpt', (stored) => fitText(stored, { lines: 'one', maxLength: MAX_EXCERPT_LENGTH })],
  ['text', (stored) => fitText(stored, { lines: 'many', maxLength: MAX_MESSAGE_TEXT_LENGTH })],
]);

export function fitStored(name: string, value: unknown): unknown {
  if (name === 'names' && Array.isArray(value)) return value.map((each) => fitStored('name', each));
  const fit = typeof value === 'string' ? TEXTS.get(name) : undefined;
  return fit === undefined ? value : fit(value as string);
}

export class StoredTextPlugin implements KyselyPlugin {
  transformQuery: KyselyPlugin['transformQuery'] = ({ node }) => node;

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    const [first] = result.rows;
    if (first === undefined) return result;
    const columns = Object.keys(first).filter((column) => TEXTS.has(column));
    for (const row of result.rows)
      for (const column of columns) row[column] = fitStored(column, row[column]);
    return result;
  }
}
