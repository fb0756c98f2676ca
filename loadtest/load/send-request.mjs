/** Sends one request over kept connections, and reads its answer, or its stream of events as it comes. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Nothing in a scenario takes longer, listeners included. */
const timeoutMs = 300_000;
const answerBytesMax = 64 * 1024 * 1024;

export class Sender {
  #base;
  #headers;
  #agent;

  constructor(url, apiKey) {
    this.#base = new URL(url);
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    const Agent = this.#isSecure ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  }

  /** Never throws: status 0 is a connection that failed, its text says why. */
  async send({ method, path, headers, body, onEvent }) {
    const started = performance.now();
    try {
      const { status, text } = await this.#send({ method, path, headers, body }, onEvent);
      return { status, text, ms: performance.now() - started };
    } catch (error) {
      return { status: 0, text: error.message, ms: performance.now() - started };
    }
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

  #send({ method, path, headers, body }, onEvent) {
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
      sent.once('error', reject);
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
