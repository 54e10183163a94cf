import { expose } from 'comlink';
import { WORKER_STARTED } from '../protocol/worker.ts';
import { createWorkerApi } from './api.ts';
import { compose } from './compose.ts';
import { estimateMemory } from './estimate.ts';

expose(createWorkerApi(compose, options => estimateMemory(options)));
postMessage(WORKER_STARTED);
