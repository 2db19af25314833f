/** What is in the templates that come with the app, as Markdown. */
import decision from '../languages/templates/decision.en.md?raw';
import meeting from '../languages/templates/meeting.en.md?raw';
import oneOnOne from '../languages/templates/one-on-one.en.md?raw';
import project from '../languages/templates/project.en.md?raw';
import review from '../languages/templates/review.en.md?raw';
import tasks from '../languages/templates/tasks.en.md?raw';
import type { BuiltInTemplate } from './built-in-templates.ts';

export const BUILT_IN_TEXTS: Readonly<Record<BuiltInTemplate, string>> = {
  meeting,
  project,
  tasks,
  review,
  decision,
  'one-on-one': oneOnOne,
};
