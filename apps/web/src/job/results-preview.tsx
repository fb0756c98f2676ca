/** The first records of a completed job, and where to get all of them. */
import { type Job, routes } from '@gridmr/contracts';
import { useEffect, useState } from 'react';
import { api } from '../api.js';
import { countText } from '../parts/amounts.js';
import { faultText } from '../parts/fault-text.js';
import { PairTable } from '../parts/pair-table.js';
import { Section } from '../parts/section.js';
import { Trouble } from '../parts/trouble.js';

const shown = 20;

export function ResultsPreview({ job }: { readonly job: Job }) {
  const [lines, setLines] = useState<readonly string[]>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    const leaving = new AbortController();
    readFirst(job.job_id, leaving.signal).then(setLines, error => {
      if (!leaving.signal.aborted) setTrouble(faultText(error));
    });
    return () => leaving.abort();
  }, [job.job_id]);
  return (
    <Section title="Results">
      <Trouble message={trouble} />
      {lines === undefined ? null : <PairTable pairs={lines.map(parsed)} />}
      <p>
        {countText(job.output?.records ?? 0)} records
        {lines !== undefined && lines.length >= shown ? `, the first ${shown} shown` : ''}.{' '}
        <a className="button" href={routes.jobResults(job.job_id)} download={`${job.name}.${job.spec.output_format}`}>
          Download
        </a>
      </p>
    </Section>
  );
}

async function readFirst(id: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of api.results(id, { limit: shown, format: 'jsonl', signal })) lines.push(line);
  return lines;
}

function parsed(line: string): { key: unknown; value: unknown } {
  return JSON.parse(line);
}
