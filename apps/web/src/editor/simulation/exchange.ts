import type { Block } from '@tandem/document';

import { type Page, sharedPage } from '../headless-page.ts';
import { Delivery } from './delivery.ts';
import { repeatable } from './environment.ts';
import { checkPage, shownPage, violations } from './page-checks.ts';
import type { Edit } from './page-edits.ts';
import { outline } from './page-outline.ts';

/** Two people, A and B, act on one page without having seen each other; then all that they did reaches all. */

export interface Exchange {
  readonly page: readonly Block[];
  /** Who does what, in this order; `sync` lets everything reach everybody. */
  readonly steps: readonly ({ readonly by: 'A' | 'B'; readonly edit: Edit } | 'sync')[];
  /** Whose client id is the smaller one: the order in which Yjs puts what is inserted at one place. */
  readonly smallerId: 'A' | 'B';
  /** Whose work arrives first at the other. */
  readonly firstDelivered: 'A' | 'B';
}

/**
 * The outline of the page on which all agree in the end, a reader included who has only looked. Throws when they do not
 * agree, when a page is invalid or shows other than what is stored, when a block id is there twice, or when the reader
 * wrote.
 */
export function outcomeOf({ page, steps, smallerId, firstDelivered }: Exchange): string {
  return repeatable(1, () => {
    const { pages } = sharedPage(page, 3);
    const indexOf = { A: smallerId === 'A' ? 0 : 1, B: smallerId === 'A' ? 1 : 0 };
    const delivery = new Delivery(pages, checkPage);
    const sync = (): void => {
      const [first, second] =
        firstDelivered === 'A' ? [indexOf.A, indexOf.B] : [indexOf.B, indexOf.A];
      delivery.deliver(first, second);
      delivery.deliver(second, first);
      delivery.deliverAll();
    };
    for (const step of [...steps, 'sync'] as const) {
      if (step === 'sync') {
        sync();
      } else {
        const acting = pages[indexOf[step.by]]!;
        step.edit(acting.view);
        checkPage(acting);
      }
    }
    assertAgreement(pages);
    if (delivery.written[READER]! > 0) throw new Error('The reader wrote');
    return outline(pages[0]!.view.state.doc);
  });
}

const READER = 2;

function assertAgreement(pages: readonly Page[]): void {
  const [first, ...others] = pages;
  for (const other of others) {
    if (shownPage(other) !== shownPage(first!)) {
      const [a, b] = [first!, other].map(({ view }) => outline(view.state.doc));
      throw new Error(`The pages differ:\n  ${a}\n  ${b}`);
    }
  }
  const ids: unknown[] = [];
  first!.view.state.doc.descendants((node) => {
    if (node.isBlock && typeof node.attrs['id'] === 'string') ids.push(node.attrs['id']);
  });
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) throw new Error(`Two blocks have the id ${twice.join(', ')}`);
  const refused = violations(first!);
  if (refused.length > 0) throw new Error(`The server refuses the page: ${refused.join(', ')}`);
}
