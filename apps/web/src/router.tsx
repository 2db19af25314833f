import type { ComponentType } from 'react';
import { Deferred } from './components/deferred.tsx';
import { CurrentScreen, ScreenBoundary, type Screen } from './navigation/current-screen.tsx';
import { BrokenScreen, NotFoundScreen, NotLoadedScreen } from './shell/problem-screens.tsx';
import { Shell } from './shell/shell.tsx';

const groups = () => import('./administration/groups-screen.tsx');

/** Each address and its screen, whose code is loaded when it is first opened, or once the page is idle. */
const screens = {
  '/': screen(() => import('./documents/document-list-screen.tsx'), 'DocumentListScreen'),
  '/d/$document': screen(() => import('./document/document-screen.tsx'), 'DocumentScreen'),
  '/templates': screen(() => import('./templates/templates-screen.tsx'), 'TemplatesScreen'),
  '/trash': screen(() => import('./trash/trash-screen.tsx'), 'TrashScreen'),
  '/help/connection': screen(() => import('./help/connection-screen.tsx'), 'ConnectionHelpScreen'),
  '/help/wire': screen(() => import('./help/wire-screen.tsx'), 'WireHelpScreen'),
  '/administration': screen(() => import('./administration/people-screen.tsx'), 'PeopleScreen'),
  '/administration/groups': screen(groups, 'GroupsScreen'),
  '/administration/groups/$group': screen(groups, 'GroupScreen'),
  '/administration/audit': screen(() => import('./administration/audit-screen.tsx'), 'AuditScreen'),
  '/administration/server': screen(
    () => import('./administration/server-screen.tsx'),
    'ServerScreen',
  ),
  '/admin': screen(() => import('./dashboard/dashboard-screen.tsx'), 'DashboardScreen'),
};

type Screens = typeof screens;

declare module './navigation/routes.ts' {
  interface Routes extends Screens {}
}

export function Application() {
  return (
    <ScreenBoundary broken={<BrokenScreen />}>
      <Shell>
        <CurrentScreen
          screens={screens}
          notFound={NotFoundScreen}
          notLoaded={NotLoadedScreen}
          broken={BrokenScreen}
        />
      </Shell>
    </ScreenBoundary>
  );
}

function screen<N extends string>(
  load: () => Promise<{ readonly [name in N]: ComponentType }>,
  name: N,
): Screen {
  return new Deferred(async () => ({ Screen: (await load())[name] }));
}
