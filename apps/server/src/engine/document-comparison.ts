/**
 * Compares two Y.Docs: their state vectors, their deletions, and their visible content in order with the
 * ids of its elements, so that later edits refer to the same places. The comparison does not need defined
 * roots and ignores how content is split into items.
 */
import { createHash, type Hash } from 'node:crypto';
import { encodeAny } from 'lib0/buffer';
import * as Y from 'yjs';

export function differenceBetween(a: Y.Doc, b: Y.Doc): string | null {
  if (!Buffer.from(Y.encodeStateVector(a)).equals(Y.encodeStateVector(b))) return 'state vector';
  if (!Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b))) return 'deletions';
  return digest(a) === digest(b) ? null : 'content';
}

type YType = Exclude<Y.Item['parent'], Y.ID | null>;

function digest(doc: Y.Doc): string {
  const hash = createHash('sha256');
  const roots = [...doc.share].filter(([, type]) => type._start !== null || type._map.size > 0);
  // A stack instead of recursion, because authors decide how deep types are nested.
  const waiting: YType[] = [];
  for (const [name, type] of roots.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`root ${JSON.stringify(name)}\n`);
    visit(type as YType, hash, waiting);
  }
  for (let type = waiting.pop(); type !== undefined; type = waiting.pop())
    visit(type, hash, waiting);
  return hash.digest('hex');
}

function visit(type: YType, hash: Hash, waiting: YType[]): void {
  let nextClient = -1;
  let nextClock = -1;
  for (let item = type._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { client, clock } = item.id;
    if (client !== nextClient || clock !== nextClock) hash.update(`\n${client},${clock}:`);
    nextClient = client;
    nextClock = clock + item.length;
    digestContent(item, hash, waiting);
  }
  for (const [key, item] of [...type._map].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (item.deleted) continue;
    hash.update(`\n${JSON.stringify(key)}=${item.id.client},${item.id.clock}:`);
    digestContent(item, hash, waiting);
  }
  hash.update('\nend\n');
}

function digestContent({ content }: Y.Item, hash: Hash, waiting: YType[]): void {
  if (content instanceof Y.ContentString) {
    hash.update(content.str, 'utf16le');
  } else if (content instanceof Y.ContentType) {
    const { type } = content;
    hash.update(
      `type ${type.constructor.name} ${type instanceof Y.XmlElement ? type.nodeName : ''}`,
    );
    waiting.push(type);
  } else if (content instanceof Y.ContentFormat) {
    hash.update(`format ${JSON.stringify([content.key, content.value])}`);
  } else if (content instanceof Y.ContentBinary) {
    hash.update('binary ').update(content.content);
  } else {
    // JSON lacks the big integers of Yjs.
    for (const value of content.getContent()) hash.update(encodeAny(value));
  }
}
