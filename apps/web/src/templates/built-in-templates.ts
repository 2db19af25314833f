/** The templates that come with the app, by name. What is in them is loaded when one is used (TM5). */

export const BUILT_IN_TEMPLATES = [
  'meeting',
  'project',
  'tasks',
  'review',
  'decision',
  'one-on-one',
] as const;

export type BuiltInTemplate = (typeof BUILT_IN_TEMPLATES)[number];
