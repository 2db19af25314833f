import { describe } from 'vitest';
import { createMemoryStore } from './memory-store.ts';
import { storeContract } from './store.contract.ts';

describe('memory store', () => storeContract(async () => createMemoryStore()));
