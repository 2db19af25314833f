// @vitest-environment happy-dom
import { errorOf, type User } from '@tandem/protocol';
import type { Account } from '@tandem/protocol/accounts';
import type { AdministeredGroup } from '@tandem/protocol/groups';
import { act, type ComponentType } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { overlays } from '../components/overlays.ts';
import { toast } from '../components/toast.ts';
import { startLanguage } from '../languages/i18n.ts';
import { Observable } from '../runtime/observable.ts';
import { ServicesContext, type Services } from '../session/services.ts';
import { GroupScreen, GroupsScreen } from './groups-screen.tsx';

vi.mock(import('../components/toast.ts'));
vi.mock('../save-status/save-status-chip.tsx', () => ({ DeviceSaveStatusChip: () => null }));
vi.mock(import('../navigation/current-screen.tsx'), async (original) => ({
  ...(await original()),
  useParams: () => ({ group: CREW.id }),
}));

const CREW: AdministeredGroup = {
  ...{ id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', name: 'Harbour crew', people: 1, documents: 3 },
};
const ADA: User = { id: 'ada', name: 'Ada', color: 0 };
const BEN: User = { id: 'ben', name: 'Ben', color: 1 };
const ACCOUNT: Account = {
  ...{ user: ADA, isGuest: false, isAdministrator: true },
  ...{ email: 'ada@example.org', isEmailVerified: true, hasPassword: true, identities: [] },
  ...{ isConfirmed: true, hasPasskeysHere: false, guestDocuments: 0, mails: 'soon' },
};
const OPTIONS = {
  settings: { signIn: 'optional', registration: 'open' },
  ...{ providers: [], sendsMail: false, passkeyOrigin: null },
};

/** A server with the requests that change it; each may be refused. */
class FakeServer {
  groups: AdministeredGroup[] = [CREW];
  people: User[] = [ADA];
  isConfirmed = true;
  refusal: string | null = null;
  readonly changes: unknown[] = [];

  readonly fetch = async (path: string, { method, body }: RequestInit): Promise<Response> => {
    if (method === 'GET') return Response.json(this.#read(path));
    const change = [`${method} ${path}`, body === undefined ? null : JSON.parse(body as string)];
    this.changes.push(change);
    if (this.refusal !== null) {
      const error = errorOf('forbidden', { detail: this.refusal });
      return Response.json({ error }, { status: 403 });
    }
    if (path === '/api/account/confirm') this.isConfirmed = true;
    if (path === '/api/server/groups') return Response.json({ id: CREW.id });
    if (method === 'POST' && path.endsWith('/people')) this.people = [ADA, BEN];
    if (method === 'DELETE' && path.includes('/people/')) this.people = [];
    if (method === 'DELETE' && path.endsWith(CREW.id)) this.groups = [];
    return new Response(null, { status: 204 });
  };

  #read(path: string): unknown {
    if (path === '/api/account') return { ...ACCOUNT, isConfirmed: this.isConfirmed };
    if (path === '/api/account/options') return OPTIONS;
    if (path === '/api/server/groups') return { groups: this.groups };
    if (path.endsWith('/people')) return { people: this.people };
    const person = { isGuest: false, administrator: 'no', isBlocked: false, createdAt: 1 };
    const more = { seenAt: null, sessions: 0, passkeys: 0 };
    const people = [ADA, BEN].map((user) => ({
      ...{ user, email: `${user.id}@example.org` },
      ...person,
      ...more,
    }));
    return { people, next: null };
  }
}

let root: Root;
let server: FakeServer;
beforeAll(() => overlays.load());
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startLanguage();
  root = createRoot(document.body.appendChild(document.createElement('div')));
  server = new FakeServer();
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
  history.replaceState(null, '', '/');
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

async function show(Screen: ComponentType): Promise<void> {
  const account = { state: new Observable({ user: ADA }), rememberAccount: () => undefined };
  const services = { account, client: server } as unknown as Services;
  await act(async () =>
    root.render(
      <ServicesContext value={services}>
        <Screen />
      </ServicesContext>,
    ),
  );
}

const main = () => document.querySelector('main')!;
const problem = () =>
  [...main().querySelectorAll('[role=alert]')].map(({ textContent }) => textContent).join('');

async function press(name: string): Promise<void> {
  const all = [...document.querySelectorAll<HTMLElement>('button, [role=menuitem]')];
  const named = all.filter(
    (each) => each.getAttribute('aria-label') === name || each.textContent === name,
  );
  await act(async () => named.at(-1)!.click());
}

async function enter(text: string, field = main().querySelector('input')!): Promise<void> {
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
  await act(async () => {
    set!.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

async function submit(): Promise<void> {
  await act(async () => main().querySelector('form')!.requestSubmit());
}

test('GR1 without a group the page says what they are for, and making one leads to it', async () => {
  server.groups = [];
  await show(GroupsScreen);
  expect(main().textContent).toContain('There are no groups yet');
  await press('New group');
  await enter(' Harbour crew ');
  server.refusal = 'This server has 200 groups already.';
  await submit();
  expect(problem()).toBe('This server has 200 groups already.');
  server.refusal = null;
  await submit();
  expect(server.changes.at(-1)).toEqual(['POST /api/server/groups', { name: 'Harbour crew' }]);
  expect(location.pathname).toBe(`/administration/groups/${CREW.id}`);
});

test('GR1 a group is renamed in its row', async () => {
  await show(GroupsScreen);
  expect(main().querySelector('li')!.textContent).toBe('Harbour crew1 person·3 documents');
  await press('Actions for Harbour crew');
  await press('Rename');
  await enter('Crew');
  await submit();
  const path = `PATCH /api/server/groups/${CREW.id}`;
  expect(server.changes).toEqual([[path, { name: 'Crew' }]]);
  expect(document.activeElement).toBe(main().querySelector('li a'));
});

test('GR7 before a group is deleted, the question names what ends by then', async () => {
  await show(GroupsScreen);
  server.groups = [{ ...CREW, people: 2 }];
  await press('Actions for Harbour crew');
  await press('Delete the group');
  const question = main().querySelector('li [role=group]')!;
  expect(question.textContent).toContain(
    '2 people lose the access to 3 documents that they have through Harbour crew.',
  );
  await press('Delete the group');
  expect(server.changes).toEqual([[`DELETE /api/server/groups/${CREW.id}`, null]]);
  expect(main().textContent).toContain('There are no groups yet');
  expect(document.activeElement).toBe(main().querySelector('ul'));
});

test('GR1 a group that gives nothing is deleted without a warning', async () => {
  server.groups = [{ ...CREW, documents: 0 }];
  await show(GroupsScreen);
  await press('Actions for Harbour crew');
  await press('Delete the group');
  expect(main().textContent).toContain('Nobody loses access');
  await press('Cancel');
  expect(server.changes).toEqual([]);
});

const PEOPLE = `/api/server/groups/${CREW.id}/people`;

async function searchFor(text: string): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await enter(text);
  await act(async () => await vi.advanceTimersByTimeAsync(1_000));
}

test('GR1 people are found by name or address and put into the group', async () => {
  await show(GroupScreen);
  expect(main().querySelector('h1')!.textContent).toBe('Harbour crew');
  await searchFor('example.org');
  // Ada is in it.
  expect(document.querySelectorAll('[aria-label="Found people"] button')).toHaveLength(1);
  await press('Add Ben, ben@example.org');
  expect(server.changes).toEqual([[`POST ${PEOPLE}`, { person: 'ben' }]]);
  expect(vi.mocked(toast)).toHaveBeenCalledWith('Ben is in the group now.');
  const rows = main().querySelectorAll('[aria-label="People in Harbour crew"] li');
  expect([...rows].map((row) => row.querySelector('bdi')!.textContent)).toEqual(['Ada', 'Ben']);
  expect(document.activeElement).toBe(main().querySelector('input'));
});

test('GR1 AC23 an administrator who signed in long ago shows first who they are', async () => {
  server.isConfirmed = false;
  await show(GroupScreen);
  await searchFor('ben');
  await press('Add Ben, ben@example.org');
  expect(server.changes).toEqual([]);
  expect(main().textContent).toContain('Ben gets what is shared with Harbour crew');
  await enter('a password', main().querySelector<HTMLInputElement>('input[type=password]')!);
  await submit();
  expect(server.changes).toEqual([
    ['POST /api/account/confirm', { password: 'a password' }],
    [`POST ${PEOPLE}`, { person: 'ben' }],
  ]);
  expect(main().querySelector('input[type=password]')).toBeNull();
});

test('GR6 somebody is taken out after a question, and a refusal is a sentence', async () => {
  await show(GroupScreen);
  await press('Take Ada out of the group');
  expect(main().textContent).toContain('Ada loses the access to 3 documents that this group gives');
  server.refusal = 'Only administrators of this server may do this.';
  await press('Take out');
  expect(problem()).toBe(server.refusal);
  server.refusal = null;
  await press('Take out');
  expect(server.changes.at(-1)).toEqual([`DELETE ${PEOPLE}/ada`, null]);
  expect(main().textContent).toContain('Nobody is in this group yet');
});
