/** An OTLP/HTTP receiver, as a collector is one: takes what processes send as JSON, and keeps it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string; readonly boolValue?: boolean };
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  readonly service: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
}

interface ReceivedMetric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly ReceivedPoint[] };
  readonly histogram?: { readonly dataPoints: readonly ReceivedHistogram[] };
}

interface ReceivedPoint {
  readonly attributes: ReceivedSpan['attributes'];
  readonly asDouble: number;
}

interface ReceivedHistogram {
  readonly explicitBounds: readonly number[];
  readonly bucketCounts: readonly (number | string)[];
  readonly count: number | string;
}

export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  readonly metrics: ReceivedMetric[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      this.#take(request.url ?? '', JSON.parse(await bodyOf(request)));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }

  static async open(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  named(name: string): ReceivedSpan[] {
    return this.spans.filter(span => span.name === name);
  }

  #take(path: string, body: { resourceSpans?: readonly object[]; resourceMetrics?: readonly object[] }): void {
    if (path === '/v1/traces') for (const resource of body.resourceSpans ?? []) this.#takeSpans(resource);
    if (path === '/v1/metrics') for (const resource of body.resourceMetrics ?? []) this.#takeMetrics(resource);
  }

  #takeSpans(from: object): void {
    const { resource, scopeSpans } = from as {
      resource: { attributes: readonly OtlpAttribute[] };
      scopeSpans: readonly { spans: readonly OtlpSpan[] }[];
    };
    const service = String(valuesOf(resource.attributes)['service.name']);
    for (const { spans } of scopeSpans) {
      for (const span of spans) this.spans.push({ ...span, service, attributes: valuesOf(span.attributes) });
    }
  }

  #takeMetrics(from: object): void {
    const { scopeMetrics } = from as { scopeMetrics: readonly { metrics: readonly ReceivedMetric[] }[] };
    for (const { metrics } of scopeMetrics) this.metrics.push(...metrics.map(withPlainLabels));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function withPlainLabels(metric: ReceivedMetric): ReceivedMetric {
  if (metric.sum === undefined) return metric;
  const dataPoints = metric.sum.dataPoints.map(point => ({
    ...point,
    attributes: valuesOf(point.attributes as unknown as readonly OtlpAttribute[]),
  }));
  return { ...metric, sum: { dataPoints } };
}

function valuesOf(attributes: readonly OtlpAttribute[]): ReceivedSpan['attributes'] {
  const plain = ({ stringValue, intValue, boolValue }: OtlpAttribute['value']) =>
    stringValue ?? boolValue ?? (intValue === undefined ? undefined : Number(intValue));
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}
