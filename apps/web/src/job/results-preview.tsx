/** The first records of a completed job, and where to get all of them. */
import { type Job, routes } from '@gridmr/contracts';
import { useEffect, useState } from 'react';
import { api } from '../api.js';
import { Trouble } from '../parts/trouble.js';

const shown = 20;

export function ResultsPreview({ job }: { readonly job: Job }) {
  const [lines, setLines] = useState<readonly string[]>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    const leaving = new AbortController();
    readFirst(job.job_id, leaving.signal).then(setLines, error => {
      if (!leaving.signal.aborted) setTrouble(error.message);
    });
    return () => leaving.abort();
  }, [job.job_id]);
  return (
    <section aria-label="Results">
      <h2>Results</h2>
      <Trouble message={trouble} />
      {lines === undefined ? null : <ResultTable lines={lines} />}
      <p>
        {job.output?.records ?? 0} records.{' '}
        <a href={routes.jobResults(job.job_id)} download={`${job.name}.${job.spec.output_format}`}>
          Download
        </a>
      </p>
    </section>
  );
}

async function readFirst(id: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of api.results(id, { limit: shown, format: 'jsonl', signal })) lines.push(line);
  return lines;
}

function ResultTable({ lines }: { readonly lines: readonly string[] }) {
  return (
    <div className="scrolls">
      <table>
        <thead>
          <tr>
            <th>Key</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, i) => {
            const { key, value } = JSON.parse(line) as { key: unknown; value: unknown };
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: keys of pairs may repeat
              <tr key={i}>
                <td>{text(key)}</td>
                <td>{text(value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
