/** The thread that makes a benchmark's input: it takes seconds of computing, which must not stand in the way of requests. */
import { workerData } from 'node:worker_threads';
import { sampleChunks } from '@gridmr/samples';
import { serveRequests } from '@gridmr/sandbox';
import { openStore } from '@gridmr/storage';

export interface DataRequest {
  readonly path: string;
  readonly bytes: number;
}

const store = await openStore((workerData as { readonly dataDirectory: string }).dataDirectory, { mayBlock: true });

serveRequests(async ({ path, bytes }: DataRequest): Promise<number> => {
  await using file = await store.createWriter(path);
  for (const chunk of sampleChunks('text', bytes)) file.writeSync(Buffer.from(chunk, 'latin1'));
  await file.commit();
  return file.bytesWritten;
});
