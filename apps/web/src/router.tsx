import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { DocumentListScreen } from './documents/document-list-screen.tsx';
import { BrokenScreen, NotFoundScreen } from './shell/problem-screens.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundScreen });
const list = createRoute({ getParentRoute: () => root, path: '/', component: DocumentListScreen });
const document = createRoute({
  getParentRoute: () => root,
  path: '/d/$document',
  validateSearch: (search: Record<string, unknown>): { readonly history?: true } =>
    search['history'] === true ? { history: true } : {},
  // The editor is the largest part of the application, so the list loads without it.
  component: lazyRouteComponent(() => import('./document/document-screen.tsx'), 'DocumentScreen'),
});
const trash = createRoute({
  getParentRoute: () => root,
  path: '/trash',
  component: lazyRouteComponent(() => import('./trash/trash-screen.tsx'), 'TrashScreen'),
});
const help = createRoute({
  getParentRoute: () => root,
  path: '/help/connection',
  component: lazyRouteComponent(
    () => import('./help/connection-screen.tsx'),
    'ConnectionHelpScreen',
  ),
});
const wire = createRoute({
  getParentRoute: () => root,
  path: '/help/wire',
  component: lazyRouteComponent(() => import('./help/wire-screen.tsx'), 'WireHelpScreen'),
});
const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/admin',
  component: lazyRouteComponent(
    () => import('./dashboard/dashboard-screen.tsx'),
    'DashboardScreen',
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([list, document, trash, help, wire, dashboard]),
  defaultPreload: 'intent',
  defaultErrorComponent: BrokenScreen,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
