import './zod-csp.ts';
import { translate } from './translation/translation.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { MessageDrafts, MessageDraftsContext } from './chat/message-drafts.ts';
import { Deferred, onDeferredFailure, screenIsReady } from './components/deferred.tsx';
import { toast } from './components/toast.ts';
import { ToastHost } from './components/toast-host.tsx';
import { startLanguage } from './languages/i18n.ts';
import { NOTICES_KEYS } from './screen/shortcuts.ts';
import { startNavigation } from './navigation/location.ts';
import { Application } from './router.tsx';
import { createServices, ServicesContext, startServices } from './session/services.ts';
import { isSignedOut } from './session/sign-out.ts';
import { guardFileDrops, surviveTranslation } from './runtime/browser-faults.ts';
import { startServiceWorker } from './runtime/service-worker.ts';
import { startTheme } from './theme/theme.ts';
import { resumeUploads } from './uploads/document-files.ts';
import './styles/app.css';

/** Long enough to read, and to copy a title that is shown nowhere else. */
const REFUSAL_MS = 15_000;

/** For screens that do not tell when they are ready, such as one of a problem. */
const READY_WITHIN_MS = 5_000;

surviveTranslation();
startTheme();
startNavigation();
startLanguage();
void startServiceWorker();
guardFileDrops(() => toast(translate('fileDropped')));

const descriptions = new Deferred(() => import('./unconfirmed/command-description.ts'), {
  preload: 'at once',
});

const services = await createServices({
  reportRefusal(call, { message }) {
    const tell = (description?: string) =>
      toast.error(message, { description, duration: REFUSAL_MS });
    descriptions.load().then(
      ({ commandDescription }) => tell(commandDescription(call, translate)),
      () => tell(),
    );
  },
});
// Before the client starts: a refused message returns to its draft, whether or not the chat is open.
const drafts = new MessageDrafts(services.client.commands);
startServices(services);

/** Once, however many parts a person waits for. */
onDeferredFailure(() => toast.error(translate('notLoaded'), { id: 'not-loaded' }));
setTimeout(screenIsReady, READY_WITHIN_MS);
const { account } = services;
resumeUploads(() => {
  const { user } = account.state.get();
  return user === null ? null : { id: user.id, isGuest: !account.hasAccount };
});

const imagesOf = {
  ...services,
  owner: () => (isSignedOut() ? null : (account.state.get().user?.id ?? null)),
};
void new Deferred(
  async () => (await import('./image-cache/kept-images.ts')).startImages(imagesOf),
  {
    preload: 'at once',
  },
);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <MessageDraftsContext value={drafts}>
        <Application />
      </MessageDraftsContext>
    </ServicesContext>
    <ToastHost
      position="bottom-center"
      hotkey={NOTICES_KEYS}
      mobileOffset={{ bottom: 64 }}
      toastOptions={{ unstyled: true, className: 'toast' }}
    />
  </StrictMode>,
);
