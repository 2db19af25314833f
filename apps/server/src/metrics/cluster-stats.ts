/** What a server of a cluster depends on, and how it is: read on scrape and for the dashboard. */
import type { BusCounters } from '../bus/bus.ts';
import type { BrokerName } from '../bus/broker.ts';
import { Gauge, type Instrument, type Sample } from './instruments.ts';

export interface ClusterStats {
  /** Nodes that are alive, as far as this one knows; this one among them. */
  readonly nodes: number;
  /** Age of what this node knows of others' commits: since the last successful read of the log began. */
  readonly logAgeMs: number;
  /** Output is held back, because that is too old. */
  readonly isHeld: boolean;
  /** Nodes reach each other only through the database, although there is a faster broker. */
  readonly isFallingBack: boolean;
  /** When the state of the whole bus changed last, since the epoch. */
  readonly busSince: number;
  readonly brokers: readonly BrokerStats[];
}

export interface BrokerStats {
  readonly name: BrokerName;
  readonly isUp: boolean;
  /** Since the epoch. */
  readonly since: number;
  readonly counters: Readonly<BusCounters>;
}

/** Without samples where there is no cluster. */
export function clusterInstruments(stats: ClusterStats | null): readonly Instrument[] {
  const one = (value: (stats: ClusterStats) => number): readonly Sample[] =>
    stats === null ? [] : [{ value: value(stats) }];
  const ofBrokers = (value: (broker: BrokerStats) => number): readonly Sample[] =>
    (stats?.brokers ?? []).map((each) => ({ labels: { broker: each.name }, value: value(each) }));
  return [
    new Gauge(
      'tandem_cluster_nodes',
      'Servers on the same database that are alive, this one among them.',
      one(({ nodes }) => nodes),
    ),
    new Gauge(
      'tandem_cluster_log_age_seconds',
      'How long ago the last successful read of what other servers committed began.',
      one(({ logAgeMs }) => logAgeMs / 1_000),
    ),
    new Gauge(
      'tandem_cluster_output_held',
      '1 while nothing is sent, because the database does not answer and a role may have ended.',
      one(({ isHeld }) => Number(isHeld)),
    ),
    new Gauge(
      'tandem_bus_fallback',
      '1 while servers reach each other only through the database, although REDIS_URL is set.',
      one(({ isFallingBack }) => Number(isFallingBack)),
    ),
    new Gauge(
      'tandem_bus_up',
      '1 while messages between servers can go through the broker.',
      ofBrokers(({ isUp }) => Number(isUp)),
    ),
    new Gauge(
      'tandem_bus_up_change_timestamp_seconds',
      'When `tandem_bus_up` changed last, since the epoch.',
      ofBrokers(({ since }) => since / 1_000),
    ),
    new Gauge(
      'tandem_bus_round_trip_seconds',
      'How long the newest message of this server to itself took.',
      ofBrokers(({ counters }) => counters.roundTripMs / 1_000),
    ),
    {
      name: 'tandem_bus_messages_total',
      help: 'Messages between servers; dropped ones cost latency, and no data.',
      type: 'counter',
      samples: () => (stats?.brokers ?? []).flatMap(messagesOf),
    },
  ];
}

function messagesOf({ name, counters }: BrokerStats): readonly Sample[] {
  const { sent, received, unreadable } = counters;
  const dropped = counters.droppedWhileDown + counters.droppedOverLimit + counters.droppedTooLarge;
  return Object.entries({ sent, received, dropped, unreadable }).map(([result, value]) => ({
    labels: { broker: name, result },
    value,
  }));
}
