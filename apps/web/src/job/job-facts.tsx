/** What a job is and where it stands: facts, and the phases it goes through. */
import { isFinished, type Job, jobPhaseSchema } from '@gridmr/contracts';
import { between, bytesText, timeText } from '../parts/amounts.js';

export function JobFacts({ job }: { readonly job: Job }) {
  return (
    <dl className="facts">
      <dt>Submitted</dt>
      <dd>
        <time dateTime={job.created_at}>{timeText(job.created_at)}</time> by {job.client_id}
        {job.run === undefined || job.run === 1 ? '' : `, run ${job.run}`}
      </dd>
      <dt>Time</dt>
      <dd>{between(job.started_at, job.finished_at)}</dd>
      <dt>Input</dt>
      <dd>
        {job.spec.inputs.join(', ')}
        {job.input === null ? '' : `: ${bytesText(job.input.bytes)} in ${plural(job.input.files, 'file')}`}
      </dd>
      <dt>Output</dt>
      <dd>
        {job.spec.output_path}
        {job.output === null ? '' : `: ${bytesText(job.output.bytes)} in ${plural(job.output.parts, 'part')}`}
      </dd>
      <dt>Id</dt>
      <dd>
        <code>{job.job_id}</code>
      </dd>
    </dl>
  );
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function JobPhases({ job }: { readonly job: Job }) {
  const phases = jobPhaseSchema.options;
  const at = job.phase === null ? -1 : phases.indexOf(job.phase);
  const reached = job.status === 'completed' ? phases.length : at;
  return (
    <ol className="phases" aria-label="Phases">
      {phases.map((phase, i) => (
        <li
          key={phase}
          className={i < reached ? 'past' : undefined}
          aria-current={isFinished(job.status) || i !== at ? undefined : 'step'}
        >
          {phase}
        </li>
      ))}
    </ol>
  );
}
