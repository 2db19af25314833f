import type { Scenario } from '../scenario.ts';
import { acknowledgement, commands } from './acknowledgement.ts';
import { arrival, comeback } from './arrival.ts';
import { reconnectStorm, restart } from './reconnect-storm.ts';
import { disconnects } from './disconnects.ts';
import { crowd, smallCrowd } from './crowd.ts';
import { empty } from './empty.ts';
import { fanOut, fanOutBatches } from './fan-out.ts';
import { handshake } from './handshake.ts';
import { idle, idleApp } from './idle.ts';
import { longDocument } from './long-document.ts';
import { hundredWriters, manyWriters } from './many-writers.ts';
import { hundredRooms, rooms } from './rooms.ts';
import { slowReader } from './slow-reader.ts';

export const SCENARIOS: readonly Scenario[] = [
  fanOut,
  fanOutBatches,
  manyWriters,
  hundredWriters,
  crowd,
  smallCrowd,
  rooms,
  hundredRooms,
  empty,
  idle,
  idleApp,
  handshake,
  arrival,
  comeback,
  acknowledgement,
  commands,
  longDocument,
  slowReader,
  disconnects,
  reconnectStorm,
  restart,
];
