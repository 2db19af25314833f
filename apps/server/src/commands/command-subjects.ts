/** What each command is about: commands about one subject do not run at the same time, on any node. */
import type { CommandRequest, ServerCommandName } from './command-runner.ts';

/** The subject of sign-ups: one of them may make the first account, which is the administrator's. */
const FIRST_ACCOUNT = 'first account';

/** The subject of the commands of administrators: one of them may end the role of who gives another (AD5, AD7). */
const ADMINISTRATORS = 'all administrators';

/** The subject of commands that change the tree: two moves at the same time could make a cycle (TR3). */
const TREE = 'tree of documents';
const CHANGES_TREE: ReadonlySet<ServerCommandName> = new Set([
  'document:move',
  'document:restrict',
  'document:trash',
  'document:restore',
  'document:purge',
  'document:expire',
]);

/**
 * The subject of commands about groups; of those that give roles in other documents, or to other people, than they name; and
 * of those that change what a link gives to somebody who loses a role by a group at that moment (GR9).
 */
const GROUPS = 'all groups';
const BESIDE_GROUPS: ReadonlySet<ServerCommandName> = new Set([
  'access:answer',
  'account:merge-guest',
  'address:claim',
  'link:change',
  'link:expire',
  'link:protect',
]);

/** Ids have no spaces, so that nobody's is one of those above. */
export function subjectsOf({ user, command: { name, input } }: CommandRequest): readonly string[] {
  if ('visits' in input) return input.visits.flatMap((visit) => [visit.user, visit.document]);
  const groups = 'group' in input || BESIDE_GROUPS.has(name) ? [GROUPS] : [];
  if ('person' in input) {
    // The list of a person in a group has what moves at the same time.
    const tree = 'group' in input ? [TREE] : [];
    return [user, input.person, ADMINISTRATORS, ...groups, ...tree];
  }
  if ('by' in input) return [user, ADMINISTRATORS, ...groups];
  const guest = 'guest' in input && input.guest !== null ? [input.guest] : [];
  if ('identity' in input) {
    const { issuer, subject } = input.identity;
    const first = name === 'account:sign-up' ? [FIRST_ACCOUNT] : [];
    return [user, `identity ${issuer} ${subject}`, ...first, ...guest];
  }
  if ('guest' in input) return [user, ...guest, ...groups];
  // Whose role it is: a person's own and their groups' are settled together (GR9).
  const target = 'user' in input ? [input.user] : [];
  const subjects = 'document' in input ? [user, input.document, ...target] : [user];
  return CHANGES_TREE.has(name) || ('parent' in input && input.parent !== undefined)
    ? [...subjects, ...groups, TREE]
    : [...subjects, ...groups];
}
