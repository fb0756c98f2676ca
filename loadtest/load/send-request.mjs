/** Sends one request over kept connections, and reads its answer, or its stream of events as it comes. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Nothing in a scenario takes longer, listeners included. */
const timeoutMs = 300_000;
/** The server gives up a connection after 5 s; it must not be about to do so when it is used again. */
const idleConnectionMs = 2000;
const repeatable = ['GET', 'PUT', 'DELETE'];
const answerBytesMax = 64 * 1024 * 1024;

export class Sender {
  #base;
  #headers;
  #agent;

  constructor(url, apiKey) {
    this.#base = new URL(url);
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    const Agent = this.#isSecure ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, timeout: idleConnectionMs });
  }

  /** Never throws: status 0 is a connection that failed, its text says why. */
  async send(step) {
    const started = performance.now();
    try {
      const { status, text } = await this.#send(step).catch(error => this.#sendAgain(step, error));
      return { status, text, ms: performance.now() - started };
    } catch (error) {
      return { status: 0, text: error.message, ms: performance.now() - started };
    }
  }

  /** Any client does so when a kept connection turns out to be closed, and the request may be repeated. */
  #sendAgain(step, error) {
    const mayRepeat = repeatable.includes(step.method) || step.headers?.['idempotency-key'] !== undefined;
    if (error.wasKept && error.code === 'ECONNRESET' && mayRepeat) return this.#send(step);
    throw error;
  }

  get headers() {
    return this.#headers;
  }

  close() {
    this.#agent.destroy();
  }

  get #isSecure() {
    return this.#base.protocol === 'https:';
  }

  #send({ method, path, headers, body, onEvent }) {
    const request = this.#isSecure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = {
        method,
        agent: this.#agent,
        headers: { ...this.#headers, ...headers, ...length },
        timeout: timeoutMs,
      };
      const sent = request(new URL(path, this.#base), options, response => {
        const read =
          onEvent !== undefined && response.statusCode === 200 ? readEvents(response, onEvent) : readText(response);
        read.then(text => resolve({ status: response.statusCode, text }), reject);
      });
      sent.once('error', error => reject(Object.assign(error, { wasKept: sent.reusedSocket })));
      sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.end(body);
    });
  }
}

async function readText(response) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error('the answer is too long');
  }
  return Buffer.concat(chunks).toString();
}

/** Blocks of `event:` and `data:` lines; what comes in pieces is put together. */
async function readEvents(response, onEvent) {
  let pending = '';
  response.setEncoding('utf8');
  for await (const text of response) {
    const blocks = (pending + text).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      if (event !== undefined) onEvent(event, /^data: (.*)$/m.exec(block)?.[1] ?? '');
    }
  }
  return '';
}
