import type { Block } from '@tandem/document';

import { type Page, sharedPage } from '../headless-page.ts';
import { Delivery } from './delivery.ts';
import { repeatable } from './environment.ts';
import { checkPage, shownPage, violations } from './page-checks.ts';
import type { Edit } from './page-edits.ts';
import { outline } from './page-outline.ts';

/** A and B edit one page without having seen each other's edits; then all edits are delivered. */

export interface Exchange {
  readonly page: readonly Block[];
  readonly steps: readonly ({ readonly by: 'A' | 'B'; readonly edit: Edit } | 'sync')[];
  /** The person with the smaller client id, which decides Yjs's order of concurrent insertions. */
  readonly smallerId: 'A' | 'B';
  readonly firstDelivered: 'A' | 'B';
}

/**
 * The outline on which both people and a passive reader agree in the end. @throws when they
 * disagree, a page is invalid or differs from the stored content, a block id is duplicated, or the
 * reader wrote.
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
