/** Nodes of two neighbouring versions on one database: UP1 to UP9 of `src/cluster/SPEC.md`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { RedisServer, redisProgram } from '../bus/redis-server.ts';
import { createData } from '../data-document.ts';
import { Device } from '../device.ts';
import { chat, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer, runToEnd } from '../running-server.ts';
import { signIn, type SignedIn } from '../signed-in.ts';
import { buildNextVersion, NEXT_MIGRATION } from './next-version.ts';

const BUILD_LIMIT_MS = 120_000;
const METRICS_TOKEN = 'token-of-the-operator';
const MESSAGES = 4;

let next: string;
beforeAll(async () => {
  next = await buildNextVersion();
}, BUILD_LIMIT_MS);

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
}

/** How much of another version a node has met. */
async function unknownParts(node: RunningServer): Promise<Record<string, number>> {
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const text = await (await fetch(`${node.url}/metrics`, { headers })).text();
  const found = text.matchAll(/^tandem_cluster_unknown_total\{part="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries(Array.from(found, ([, part = '', count]) => [part, Number(count)]));
}

/** A person at one node, who moves to the other while theirs is restarted. */
class Person {
  readonly device: Device;
  readonly words: string[] = [];
  readonly #name: string;
  readonly #guest: SignedIn;

  constructor(name: string, document: string, guest: SignedIn) {
    this.#name = name;
    this.#guest = guest;
    this.device = new Device(document, guest);
  }

  write(): void {
    const word = `<${this.#name}.${this.words.length}>`;
    this.words.push(word);
    this.device.write(word);
  }

  async writeFor(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      this.write();
      await sleep(15);
    }
  }

  tab(node: RunningServer): Promise<NativeClient> {
    return NativeClient.onAuthenticated(node, { guest: this.#guest });
  }
}

async function startBoth() {
  const redis = await RedisServer.start(onTestFinished);
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const settings = { DATABASE_URL, REDIS_URL: redis.url, ENGINE_WORKERS: '1', METRICS_TOKEN };
  const start = (bundle?: string) =>
    RunningServer.start(settings, onTestFinished, bundle === undefined ? {} : { bundle });
  // Either of them may migrate the fresh database first.
  return { DATABASE_URL, settings, nodes: await Promise.all([start(), start(next)]) };
}

describe.runIf(redisProgram !== null)('this version beside the next', () => {
  test(
    'what people do on both, while nodes are upgraded and go back, is there once',
    { timeout: 120_000 },
    async () => {
      const { DATABASE_URL, settings, nodes } = await startBoth();
      const guests = [await signIn(nodes[0]), await signIn(nodes[1])] as const;
      const document = await createData(nodes[0]);
      const page = newDocument();
      await guests[0].fetch('/api/documents', { method: 'POST', body: { id: page } });
      const people = guests.map((guest, at) => new Person(`${at}`, document, guest));
      for (const [at, { device }] of people.entries()) await device.connect(nodes[at]!);
      const sent: ReturnType<typeof chat>[] = [];

      /** Both write, and send messages and repeat one, through both nodes; both nodes tell the same. */
      const useBoth = async () => {
        const tabs = await Promise.all(people.map((person, at) => person.tab(nodes[at]!)));
        for (const tab of tabs) await subscribe(tab, `chat:${page}`);
        const writing = people.map((person) => person.writeFor(20));
        for (const tab of tabs)
          for (let i = 0; i < MESSAGES; i++) {
            const message = chat(page, `message ${sent.length}`);
            expect(await runCommand(tab, message)).toMatchObject({ repeated: false });
            sent.push(message);
          }
        // It belongs to the person of the last tab.
        const last = sent.at(-1)!;
        expect(await runCommand(tabs[1]!, last)).toMatchObject({ repeated: true });
        await Promise.all(writing);
        const textsOf = ({ received }: NativeClient) =>
          received.flatMap((message) =>
            message.type !== 'events'
              ? []
              : message.events.flatMap((event) =>
                  event.name === 'chat:sent' ? [event.message.text] : [],
                ),
          );
        const now = sent.slice(-2 * MESSAGES).map(({ input }) => (input as { text: string }).text);
        for (const tab of tabs) {
          await eventually(
            () => `all messages came: ${textsOf(tab).join(', ')}`,
            () => textsOf(tab).length >= now.length,
          );
          expect(textsOf(tab)).toEqual(now);
          tab.socket.terminate();
        }
      };

      /** Stops one node while its person writes on, and starts it again as another version. */
      const restart = async (at: 0 | 1, bundle?: string) => {
        const person = people[at]!;
        const other = nodes[1 - at] as RunningServer;
        person.write();
        const stopped = nodes[at].kill('SIGTERM');
        await person.device.connect(other);
        const writing = person.writeFor(20);
        await stopped;
        nodes[at] = await nodes[at].restart(bundle === undefined ? {} : { bundle });
        await writing;
        person.write();
        await person.device.connect(nodes[at]);
      };

      await useBoth();
      const met = await unknownParts(nodes[0]);
      expect(met['message']).toBeGreaterThan(0);
      expect(met['effect']).toBeGreaterThanOrEqual(MESSAGES);
      await restart(0, next);
      await useBoth();
      await restart(1);
      await useBoth();
      await restart(0);
      await useBoth();

      for (const { device } of people) await device.saved();
      const [one, two] = people as [Person, Person];
      await eventually('both have the same text', () => one.device.text === two.device.text);
      for (const { words, device } of people) {
        for (const word of words) expect(one.device.text.split(word)).toHaveLength(2);
        expect(device.refusals.filter((kind) => kind !== 'reopen')).toEqual([]);
      }
      const { state } = await subscribe(await one.tab(nodes[0]), `chat:${page}`);
      expect(state).toMatchObject({ type: 'chat', head: sent.length });
      expect(await query(DATABASE_URL, 'select name from migration order by name')).toEqual([
        { name: '0001-schema' },
        { name: NEXT_MIGRATION },
      ]);
      const grams = 'select count(*)::int as count from message where grams = 7';
      expect(await query(DATABASE_URL, grams)).toEqual([{ count: sent.length }]);
      for (const { output } of nodes) expect(output).not.toMatch(/"level":(50|60)/);

      // The release after the next takes away what this version still reads.
      await query(
        DATABASE_URL,
        `insert into migration values ('1000-less', '${NEXT_MIGRATION}', 1)`,
      );
      const refused = await runToEnd({ ...settings, DATA_DIR: nodes[0].dataDir });
      expect(refused.code).toBe(1);
      expect(refused.output).toMatch(/A newer version of Tandem has used this database.*1000-less/);
    },
  );
});
