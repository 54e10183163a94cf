/** Script of a service worker, or a part of one: it adds its listeners and touches nothing else. */
import type { ServiceWorkerScope } from './fetchEvent.ts';
import { openOriginDoor } from './originDoor.ts';

declare const self: ServiceWorkerScope;

openOriginDoor(self, navigator.locks);
