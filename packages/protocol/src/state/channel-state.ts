/** What a channel holds at one offset: what whoever cannot be brought up to date gets instead. */
import { z } from 'zod';
import { chatState } from './chat.ts';
import { dashboardState } from './dashboard.ts';
import { activityState, libraryState } from './library.ts';
import { sharingState } from './sharing.ts';

export const channelState = z.discriminatedUnion('type', [
  libraryState,
  chatState,
  sharingState,
  activityState,
  dashboardState,
]);
export type ChannelState = z.infer<typeof channelState>;
export type ChannelStateOf<T extends ChannelState['type']> = Extract<ChannelState, { type: T }>;
