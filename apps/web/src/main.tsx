import './zod-csp.ts';
import { RouterProvider } from '@tanstack/react-router';
import i18next from 'i18next';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { toast, Toaster } from 'sonner';
import { ChatDrafts, ChatDraftsContext } from './chat/chat-drafts.ts';
import { TooltipProvider } from './components/tooltip.tsx';
import { commandDescription } from './unconfirmed/command-description.ts';
import { loadExportWhenIdle } from './unconfirmed/lazy-export.ts';
import { startLanguage } from './languages/i18n.ts';
import { NOTICES_KEYS } from './screen/shortcuts.ts';
import { router } from './router.tsx';
import { createServices, ServicesContext, startServices } from './session/services.ts';
import { guardFileDrops, surviveTranslation } from './runtime/browser-faults.ts';
import { startServiceWorker } from './runtime/service-worker.ts';
import { startTheme } from './theme/theme.ts';
import { resumeUploads } from './uploads/document-files.ts';
import './styles/app.css';

/** Long enough to read, and to copy a title that is shown nowhere else. */
const REFUSAL_MS = 15_000;

surviveTranslation();
startTheme();
startLanguage();
void startServiceWorker();
guardFileDrops(() => toast(i18next.t('fileDropped')));

const services = await createServices({
  reportRefusal: (call, { message }) =>
    toast.error(message, {
      description: commandDescription(call, i18next.t),
      duration: REFUSAL_MS,
    }),
});
// Before the client starts: a refused message returns to its draft, whether or not the chat is open.
const drafts = new ChatDrafts(services.client.commands);
startServices(services);

loadExportWhenIdle();
resumeUploads();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <TooltipProvider delay={400}>
        <ChatDraftsContext value={drafts}>
          <RouterProvider router={router} />
        </ChatDraftsContext>
      </TooltipProvider>
    </ServicesContext>
    <Toaster
      position="bottom-center"
      hotkey={NOTICES_KEYS}
      mobileOffset={{ bottom: 64 }}
      toastOptions={{ unstyled: true, className: 'toast' }}
    />
  </StrictMode>,
);
