/** Creates the two users and the private document used by the self-probe. */
import { randomBytes } from 'node:crypto';
import { createDocument } from '../storage/documents.ts';
import type { Database } from '../storage/tables.ts';
import { createUser, findUser } from '../storage/users.ts';
import type { Engine } from '../engine/port.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { TokenSigner } from '../accounts/session-token.ts';
import { SelfProbe } from './self-probe.ts';
import { SocketPair } from './probe-pair.ts';
import type { Metrics } from '../metrics/metrics.ts';

export interface ProbeContext {
  readonly db: Database;
  readonly engine: Engine;
  readonly tokens: TokenSigner;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

const WRITER = 'self-probe';
const READER = 'self-probe-reader';
const TITLE = 'Self-probe';
const ID_BYTES = 18;

export interface ProbedPort {
  readonly address: { readonly address: string; readonly port: number };
  readonly isSecure: boolean;
}

export function createSelfProbe(
  context: ProbeContext,
  { address: listening, isSecure }: ProbedPort,
): SelfProbe {
  const { tokens, clock, metrics, log } = context;
  const tokenOf = async (user: string) => (await tokens.sign(user)).token;
  const createPair = () =>
    new SocketPair({
      port: listening.port,
      address: ownAddress(listening.address),
      isSecure,
      prepare: () => prepareDocument(context),
      writerToken: () => tokenOf(WRITER),
      readerToken: () => tokenOf(READER),
    });
  return new SelfProbe({ createPair, clock, metrics, log });
}

function ownAddress(address: string): string {
  return address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address;
}

async function prepareDocument({ db, engine, clock, metrics }: ProbeContext): Promise<string> {
  const at = clock.now();
  for (const id of [WRITER, READER]) {
    if ((await findUser(db, id)) === undefined)
      await createUser(db, { id, name: TITLE, color: 0, at });
  }
  const existing = await db
    .selectFrom('document')
    .select('id')
    .where('owner', '=', WRITER)
    .executeTakeFirst();
  const id = existing?.id ?? randomBytes(ID_BYTES).toString('base64url');
  metrics.probeDocument = id;
  if (existing !== undefined) return id;
  await engine.create({ document: id, kind: 'data', user: WRITER });
  const linkAccess = 'view';
  await createDocument(db, { id, kind: 'data', title: TITLE, owner: WRITER, linkAccess, at });
  return id;
}
