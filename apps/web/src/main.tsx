import './zod-without-eval.ts';
import { RouterProvider } from '@tanstack/react-router';
import i18next from 'i18next';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { toast, Toaster } from 'sonner';
import { TooltipProvider } from './components/tooltip.tsx';
import { loadExportWhenIdle } from './connection/lazy-export.ts';
import { startLanguage } from './languages/i18n.ts';
import { NOTICES_KEYS } from './shell/shortcuts.ts';
import { router } from './router.tsx';
import { createServices, ServicesContext, startServices } from './session/services.ts';
import { guardFileDrops } from './shell/file-drops.ts';
import { startServiceWorker } from './shell/new-version.ts';
import { surviveTranslation } from './shell/translated-page.ts';
import { startTheme } from './theme/theme.ts';
import './styles/app.css';

surviveTranslation();
startTheme();
startLanguage();
void startServiceWorker();
guardFileDrops(() => toast(i18next.t('fileDropped')));

const services = await createServices({ reportError: (error) => toast.error(error.message) });
startServices(services);

loadExportWhenIdle();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <TooltipProvider delay={400}>
        <RouterProvider router={router} />
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
