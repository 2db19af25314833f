import * as Y from 'yjs';
import { isBlockId } from '../nodes.ts';

/** Stream content besides text and formats: markers, which begin blocks (PM3), and slots (PM7). */

export type MarkerFields = Readonly<Record<string, unknown>> & { readonly id: string };

export interface Slot {
  readonly id: string;
  /**
   * `place`: a run is shown here as blocks. `join`: the text of its first block is shown here,
   * inline.
   */
  readonly kind: 'place' | 'join';
}

/** Null for any other item. An embed with an `id` field is a marker, whatever that id is. */
export function markerOf(item: Y.Item): MarkerFields | null {
  const embed = embedOf(item);
  return embed !== null && Object.hasOwn(embed, 'id') ? (embed as MarkerFields) : null;
}

export function slotOf(item: Y.Item): Slot | null {
  const embed = embedOf(item);
  if (embed === null) return null;
  for (const kind of ['place', 'join'] as const) {
    const id = embed[kind];
    if (isBlockId(id)) return { id, kind };
  }
  return null;
}

export function slotEmbed({ id, kind }: Slot): Record<string, string> {
  return { [kind]: id };
}

export function isSlotEmbed(embed: object): boolean {
  const [[kind, id] = [], ...others] = Object.entries(embed);
  return others.length === 0 && (kind === 'place' || kind === 'join') && isBlockId(id);
}

/** The id that replaces a marker's missing, invalid or taken id (RD3). */
export function derivedId({ client, clock }: Y.ID): string {
  return `${client.toString(36)}-${clock.toString(36)}`;
}

function embedOf(item: Y.Item): Record<string, unknown> | null {
  if (!(item.content instanceof Y.ContentEmbed)) return null;
  const embed: unknown = item.content.embed;
  return typeof embed === 'object' && embed !== null && !Array.isArray(embed)
    ? (embed as Record<string, unknown>)
    : null;
}
