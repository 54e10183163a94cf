import { expose } from 'comlink';
import { WORKER_STARTED, type WorkerApi } from '../protocol/worker.ts';
import { createEngineApi } from './api.ts';
import { compose } from './compose.ts';
import { estimateMemory } from './estimate.ts';
import { createStoreApi } from './storeApi.ts';

const api: WorkerApi = {
  ...createEngineApi(compose, options => estimateMemory(options)),
  ...createStoreApi(),
};
expose(api);
postMessage(WORKER_STARTED);
