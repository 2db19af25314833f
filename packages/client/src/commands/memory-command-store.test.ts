import { describe } from 'vitest';
import type { CommandStore } from './command-store.ts';
import { commandStoreContract } from './command-store.contract.ts';
import { memoryCommandPages } from './memory-command-store.ts';

const devices = new Map<number, () => CommandStore>();

describe('memory command store', () =>
  commandStoreContract(async (device) => {
    const page = devices.get(device) ?? memoryCommandPages();
    devices.set(device, page);
    return page();
  }));
