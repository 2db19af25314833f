import { describe } from 'vitest';
import { createMemoryStateStore } from './memory-state-store.ts';
import { stateStoreContract } from './state-store.contract.ts';

describe('memory store of states', () => stateStoreContract(async () => createMemoryStateStore()));
