// @ts-check
import { installWatch } from './inPage.mjs';

/** `installWatch` as one line, so that the lines of the script after it keep their numbers. */
const PREFIX = `(${installWatch})();`.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/\s*\n\s*/g, ' ');

/** Place to insert into a script: after its `'use strict'`, which has to be first. */
const START = /^\uFEFF?\s*(?:(['"])use strict\1;?)?/;

/**
 * Inserts the watch before the scripts of a page's workers, so that it runs before their own code. Only Chromium supports this:
 * there a worker's own script is a request of its page, of type `Other`.
 *
 * @param {import('playwright/test').Page} page
 */
export async function watchWorkerScripts(page) {
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', async ({ requestId, responseStatusCode, responseHeaders = [] }) => {
    try {
      const type = responseHeaders.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
      if (responseStatusCode !== 200 || !/(java|ecma)script/i.test(type)) {
        await session.send('Fetch.continueRequest', { requestId });
        return;
      }
      const { body, base64Encoded } = await session.send('Fetch.getResponseBody', { requestId });
      const script = Buffer.from(body, base64Encoded ? 'base64' : 'utf8').toString();
      await session.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: responseStatusCode,
        // The body has been decoded.
        responseHeaders: responseHeaders.filter(({ name }) => !/^content-(length|encoding)$/i.test(name)),
        body: Buffer.from(script.replace(START, start => `${start}${PREFIX}`)).toString('base64'),
      });
    } catch {
      // The page has closed, or has cancelled the request.
    }
  });
  await session.send('Fetch.enable', { patterns: [{ resourceType: 'Other', requestStage: 'Response' }] });
}

/** Script for pages that does the same for workers made of blobs, which do not use the network. */
export const BLOB_WORKERS = `(${prefixBlobWorkers})(${JSON.stringify(PREFIX)}, ${START});`;

/** @param {string} prefix @param {RegExp} start */
function prefixBlobWorkers(prefix, start) {
  globalThis.Worker = class Worker extends globalThis.Worker {
    /** @param {string | URL} address @param {WorkerOptions} [options] */
    constructor(address, options) {
      super(String(address).startsWith('blob:') ? watched(String(address)) : address, options);
    }
  };

  /** @param {string} address */
  function watched(address) {
    try {
      // A constructor cannot wait, so request synchronously.
      const request = new XMLHttpRequest();
      request.open('GET', address, false);
      request.send();
      const script = request.responseText.replace(start, found => `${found}${prefix}`);
      return URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    } catch {
      // A content security policy may forbid it.
      return address;
    }
  }
}
