/** A group over HTTP and the wire, on one node or two: the administrator is on the first, people on the other. */
import { expect } from 'vitest';
import { createdGroup } from '@tandem/protocol/groups';
import { listedDocument, type MemberRole } from '@tandem/protocol';
import { command, create, newDocument, runCommand } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import type { AtEnd, RunningServer } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';
import { signUp, type SignedUp } from './signed-up.ts';

export class GroupScene {
  readonly root: SignedUp;
  readonly ada: SignedUp;
  readonly ned: SignedUp;
  readonly group: string;
  readonly owner: NativeClient;
  readonly #other: RunningServer;

  private constructor(
    people: { readonly root: SignedUp; readonly ada: SignedUp; readonly ned: SignedUp },
    of: { readonly group: string; readonly owner: NativeClient; readonly other: RunningServer },
  ) {
    ({ root: this.root, ada: this.ada, ned: this.ned } = people);
    ({ group: this.group, owner: this.owner } = of);
    this.#other = of.other;
  }

  /** Ada is in the group, which she finds by that; Ned is not yet. */
  static async open(
    one: RunningServer,
    { other = one, atEnd }: { readonly other?: RunningServer; readonly atEnd?: AtEnd } = {},
  ): Promise<GroupScene> {
    const root = await signUp(one);
    const [ada, ned] = [await signUp(other), await signUp(other)];
    const body = { name: 'Lantern crew' };
    const made = await root.fetch('/api/server/groups', { method: 'POST', body });
    const { id: group } = createdGroup.parse(await made.json());
    const owner = await NativeClient.onAuthenticated(other, {
      ...{ guest: ada, ...(atEnd && { atEnd }) },
    });
    const scene = new GroupScene({ root, ada, ned }, { group, owner, other });
    await scene.join(ada);
    return scene;
  }

  /** Of the same people; Ada is in it. */
  async another(name: string): Promise<string> {
    const made = await this.root.fetch('/api/server/groups', { method: 'POST', body: { name } });
    const { id } = createdGroup.parse(await made.json());
    await this.join(this.ada, id);
    return id;
  }

  async join(person: SignedIn, group = this.group): Promise<void> {
    const body = { person: person.user.id };
    const path = `/api/server/groups/${group}/people`;
    expect((await this.root.fetch(path, { method: 'POST', body })).status).toBe(204);
  }

  async leave(person: SignedIn, group = this.group): Promise<void> {
    const path = `/api/server/groups/${group}/people/${person.user.id}`;
    expect((await this.root.fetch(path, { method: 'DELETE' })).status).toBe(204);
  }

  /** Ada's, with a link that is off. */
  async document(parent?: string): Promise<string> {
    const document = newDocument();
    if (parent === undefined) await runCommand(this.owner, create(document));
    else {
      const input = { document, parent };
      await runCommand(this.owner, command({ name: 'document:create', input }));
    }
    const off = { name: 'link:change', input: { document, link: 'off' } } as const;
    await runCommand(this.owner, command(off));
    return document;
  }

  async share(
    document: string,
    role: MemberRole | null,
    { by = this.ada, group = this.group }: { readonly by?: SignedIn; readonly group?: string } = {},
  ): Promise<number> {
    const path = `/api/documents/${document}/groups`;
    return (await by.fetch(path, { method: 'POST', body: { group, role } })).status;
  }

  /** Of Ned. */
  async roleOf(document: string): Promise<string> {
    const answer = await this.ned.fetch(`/api/documents/${document}/visit`);
    return listedDocument.parse(await answer.json()).role;
  }

  /** A page of Ned's on which the document is open. */
  async opened(document: string): Promise<NativeClient> {
    const page = await NativeClient.onAuthenticated(this.#other, { guest: this.ned });
    await page.open(document);
    return page;
  }

  async mayRead(document: string, by: SignedIn = this.ned): Promise<boolean> {
    return (await by.fetch(`/api/documents/${document}`)).status === 200;
  }
}
