/** All event channels of a server. */
import { readChannelName, type DashboardSample, type ServerMessageType } from '@tandem/protocol';
import { loadActivity } from '../storage/channel-states.ts';
import { findListers } from '../storage/visits.ts';
import type { Database } from '../storage/tables.ts';
import type { ErrorBoundary } from '../runtime/error-boundary.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Activity } from './activity.ts';
import { ChannelHub, type SubscribeRequest } from './channel-hub.ts';
import { chatKey } from '../storage/channel-key.ts';
import { ChatTyping, type TypingChange } from './chat-typing.ts';
import { databaseChannels } from './channel-store.ts';
import { Dashboard } from './dashboard.ts';
import type { ChannelSubscriber, Subscription } from './subscription.ts';

export interface EventChannelsOptions {
  readonly db: Database;
  readonly rooms: Rooms;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly sample: () => DashboardSample;
  readonly isAdministrator: (user: string) => boolean;
}

export interface EventChannels extends Disposable {
  readonly hub: ChannelHub;
  readonly typing: ChatTyping;
  readonly activity: Activity;
  readonly dashboard: Dashboard;
  subscribe(subscriber: ChannelSubscriber, request: SubscribeRequest): Subscription;
  /** Sets the one listener for who types here; other nodes need to know. */
  onChatTyping(listener: (document: string, change: TypingChange) => void): void;
  setChatTypingOf(document: string, change: TypingChange): void;
  start(): void;
}

export function createEventChannels(options: EventChannelsOptions): EventChannels {
  const { db, rooms, wheel, metrics, sample, isAdministrator, errors } = options;
  const store = databaseChannels(db, rooms);
  const delivered = (type: ServerMessageType) => (receivers: number) =>
    metrics.delivered(type, receivers);
  const onFault = (error: unknown) => errors.report('command', {}, error);
  const hub = new ChannelHub({
    store,
    nextNumber: () => rooms.nextChannel(),
    onDelivered: delivered('events'),
    onRecovery: (given) => metrics.recoveries.add(given),
    onFault,
    onLive: (subscription, was) => typing.welcome(subscription, was),
  });
  const typing = new ChatTyping({
    wheel,
    mayChat: (document, user) => store.mayChat(document, user),
    onLocal: (document, change) => onChatTyping(document, change),
  });
  let onChatTyping: (document: string, change: TypingChange) => void = () => {};
  const activity = new Activity({
    number: rooms.nextChannel(),
    load: (user) => loadActivity(db, user),
    whoMaySee: (document) => store.whoMaySee(document),
    whoLists: (documents, users) => findListers(db, documents, users),
    present: (document) => rooms.present(document),
    onDelivered: delivered('activity:changed'),
    onFault,
  });
  const dashboard = new Dashboard({
    number: rooms.nextChannel(),
    clock: metrics.clock,
    sample,
    isInUse: () => metrics.connections.total > 0,
    maySee: isAdministrator,
    onDelivered: delivered('dashboard:changed'),
    onError: (error) => errors.report('timer', { channel: 'dashboard' }, error),
  });
  return {
    hub,
    typing,
    activity,
    dashboard,
    subscribe(subscriber, request) {
      switch (readChannelName(request.name).type) {
        case 'activity':
          return activity.subscribe(subscriber, request.ref);
        case 'dashboard':
          return dashboard.channel.subscribe(subscriber, request.ref);
        case 'library':
        case 'trash':
        case 'inbox':
        case 'chat':
        case 'comments':
        case 'sharing':
        case 'versions':
          return hub.subscribe(subscriber, request);
      }
    },
    onChatTyping(listener) {
      onChatTyping = listener;
    },
    setChatTypingOf(document, change) {
      const channel = hub.find(chatKey(document));
      if (channel !== undefined) typing.setTypingOf(channel, change);
    },
    start() {
      hub.start();
      metrics.connections.onIncrement(() => dashboard.resume());
    },
    [Symbol.dispose]() {
      dashboard[Symbol.dispose]();
      activity[Symbol.dispose]();
      hub[Symbol.dispose]();
    },
  };
}
