/** Message with which a page asks the service worker to answer its requests from now on, instead of from its next load. */
export const CLAIM = 'foretoken claim';
