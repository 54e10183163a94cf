import { expose } from 'comlink';
import { createWorkerApi } from './api.ts';
import { compose } from './compose.ts';

expose(createWorkerApi(compose));
