import { useId, useRef } from 'react';
import { useMedia } from '../components/browser-state.ts';
import { useDeferred } from '../components/deferred.tsx';
import { Dialog } from '../components/dialog.tsx';
import { overlays } from '../components/overlays.ts';
import { useObservable } from '../runtime/observable.ts';
import { useTranslation } from '../translation/translation.ts';
import { openedInbox } from './inbox-button.tsx';
import { InboxNews } from './inbox-news.tsx';
import { InboxPanel } from './inbox-panel.tsx';

/** As the sidebar, which has the bell. */
const HAS_SIDEBAR = '(width >= 960px)';
const close = () => openedInbox.set(null);

/** The inbox, beside the bell or over the page, and what a screen reader is told of new notifications. */
export function InboxHost() {
  const { t } = useTranslation();
  const id = useId();
  const bell = useObservable(openedInbox);
  const anchor = useRef<HTMLElement>(null);
  if (bell !== null) anchor.current = bell;
  const hasSidebar = useMedia(HAS_SIDEBAR);
  const popups = useDeferred(overlays, bell !== null, close);
  return (
    <>
      <InboxNews />
      {hasSidebar ? (
        popups !== null && (
          <popups.PopoverPopup
            id={id}
            open={bell !== null}
            onOpenChange={(next, { event: { target } }) => {
              // The click of the bell itself closes it, or would open it again.
              if (!next && target instanceof Node && anchor.current?.contains(target)) return;
              if (!next) close();
            }}
            anchor={anchor}
            align="start"
            title={t('inbox.open')}
            titleIs="visually-hidden"
            className="flex max-h-[min(600px,85dvh)] w-96 flex-col overflow-hidden p-0!"
          >
            <InboxPanel title={t('inbox.open')} onLeave={close} />
          </popups.PopoverPopup>
        )
      ) : (
        <Dialog
          open={bell !== null}
          onOpenChange={(next) => !next && close()}
          title={t('inbox.open')}
          place="panel"
        >
          <InboxPanel onLeave={close} />
        </Dialog>
      )}
    </>
  );
}
