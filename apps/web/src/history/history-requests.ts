/** Reads the history of a document from the server: HY2 to HY5 of PROTOCOL.md. */
import {
  decodeHistoryRows,
  errorAnswer,
  historyAuthors,
  historyPage,
  type HistoryAuthors,
  type HistoryPage,
  type HistoryRow,
} from '@tandem/protocol';

/** A slower server counts as one that does not answer. */
const TIMEOUT_MS = 20_000;
/** Rows that a page replays; a session with more is shown by its beginning and its end. */
const MAX_ROWS = 20_000;

export class HistoryRequests {
  readonly #fetch: typeof fetch;
  readonly #path: string;

  constructor(send: typeof fetch, document: string) {
    this.#fetch = send;
    this.#path = `/api/documents/${document}/history`;
  }

  /** Every call rejects when the server refuses or does not answer. */
  async page(before: number | null): Promise<HistoryPage> {
    const response = await this.#get(before === null ? '' : `?before=${before}`);
    return historyPage.parse(await response.json());
  }

  async authors(): Promise<Pick<HistoryAuthors, 'clients' | 'people'>> {
    const clients: HistoryAuthors['clients'] = [];
    const people: HistoryAuthors['people'] = [];
    for (let rest: string | null = '/authors'; rest !== null;) {
      const page: HistoryAuthors = historyAuthors.parse(await (await this.#get(rest)).json());
      for (const each of page.clients) clients.push(each);
      people.push(...page.people);
      rest = page.next === null ? null : `/authors?after=${page.next}`;
    }
    return { clients, people };
  }

  async state(offset: number): Promise<Uint8Array> {
    return await bytesOf(await this.#get(`/state?offset=${offset}`));
  }

  /** @returns null when there are too many to replay. */
  async rows(after: number, upTo: number): Promise<readonly HistoryRow[] | null> {
    if (upTo - after > MAX_ROWS) return null;
    const rows: HistoryRow[] = [];
    for (let last = after; last < upTo; last = rows.at(-1)!.offset) {
      const response = await this.#get(`/rows?after=${last}&to=${upTo}`);
      const some = decodeHistoryRows(await bytesOf(response));
      if (some.length === 0) break;
      rows.push(...some);
    }
    return rows;
  }

  async #get(rest: string): Promise<Response> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await this.#fetch(this.#path + rest, { signal });
    if (response.ok) return response;
    const refusal = errorAnswer.safeParse(await response.json().catch(() => null));
    throw new Error(refusal.data?.error.message ?? `no answer: ${response.status}`);
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}
