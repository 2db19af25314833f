/** Requests of the API for administrators. Each may throw RequestFailed. */
import type { Client } from '@tandem/client';
import {
  peoplePage,
  serverFigures,
  type PeopleKind,
  type PeoplePage,
  type PersonPatch,
  type PersonSessionsEnd,
  type ServerFigures,
} from '@tandem/protocol/administration';
import { auditPage, type AuditPage } from '@tandem/protocol/audit';
import {
  administeredGroups,
  createdGroup,
  groupPeople,
  type AdministeredGroup,
} from '@tandem/protocol/groups';
import type { User } from '@tandem/protocol';
import { get, patch, post, remove } from '../session/request.ts';

export interface AuditFilters {
  readonly person: string | null;
  readonly document: string | null;
  readonly action: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number | null;
}

export class AdministrationRequests {
  readonly #client: Client;

  constructor({ client }: { readonly client: Client }) {
    this.#client = client;
  }

  async listPeople(query: {
    readonly kind: PeopleKind;
    readonly search: string;
    readonly after: string | null;
  }): Promise<PeoplePage> {
    return await get(`/api/server/people?${parametersOf(query)}`, {
      ...{ answer: peoplePage, fetch: this.#client.fetch },
    });
  }

  async changePerson(person: string, body: PersonPatch): Promise<void> {
    await patch(`/api/server/people/${encodeURIComponent(person)}`, {
      ...{ body, fetch: this.#client.fetch },
    });
  }

  async signOut(person: string, body: PersonSessionsEnd): Promise<void> {
    await post(`/api/server/people/${encodeURIComponent(person)}/sessions/end`, {
      ...{ body, fetch: this.#client.fetch },
    });
  }

  /** By name. */
  async listGroups(): Promise<readonly AdministeredGroup[]> {
    const { groups } = await get('/api/server/groups', {
      ...{ answer: administeredGroups, fetch: this.#client.fetch },
    });
    return groups;
  }

  /** @returns the id of the group */
  async createGroup(name: string): Promise<string> {
    const { id } = await post('/api/server/groups', {
      ...{ body: { name }, answer: createdGroup, fetch: this.#client.fetch },
    });
    return id;
  }

  async renameGroup(group: string, name: string): Promise<void> {
    await patch(pathOf(group), { body: { name }, fetch: this.#client.fetch });
  }

  async deleteGroup(group: string): Promise<void> {
    await remove(pathOf(group), { fetch: this.#client.fetch });
  }

  /** Those who are in the group, by name. */
  async listGroupPeople(group: string): Promise<readonly User[]> {
    const { people } = await get(`${pathOf(group)}/people`, {
      ...{ answer: groupPeople, fetch: this.#client.fetch },
    });
    return people;
  }

  async addToGroup(group: string, person: string): Promise<void> {
    await post(`${pathOf(group)}/people`, { body: { person }, fetch: this.#client.fetch });
  }

  async removeFromGroup(group: string, person: string): Promise<void> {
    const path = `${pathOf(group)}/people/${encodeURIComponent(person)}`;
    await remove(path, { fetch: this.#client.fetch });
  }

  /** Takes a page off the web. */
  async removePage(publication: string): Promise<void> {
    await remove(`/api/server/publications/${publication}`, { fetch: this.#client.fetch });
  }

  async readFigures(): Promise<ServerFigures> {
    return await get('/api/server/figures', { answer: serverFigures, fetch: this.#client.fetch });
  }

  async readAudit(query: AuditFilters & { readonly before: number | null }): Promise<AuditPage> {
    return await get(`/api/server/audit?${parametersOf(query)}`, {
      ...{ answer: auditPage, fetch: this.#client.fetch },
    });
  }
}

function pathOf(group: string): string {
  return `/api/server/groups/${encodeURIComponent(group)}`;
}

function parametersOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
