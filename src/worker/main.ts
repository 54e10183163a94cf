import { expose } from 'comlink';
import { WORKER_STARTED } from '../protocol/worker.ts';
import { createWorkerApi } from './api.ts';
import { compose } from './compose.ts';

expose(createWorkerApi(compose));
postMessage(WORKER_STARTED);
