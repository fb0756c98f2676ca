/** Another run of a job that has failed or was cancelled, as it is or with a corrected program. It goes on from what is committed. */
import type { Job, ProgramSource, RetryRequest } from '@gridmr/contracts';
import { useMemo, useState } from 'react';
import { api } from '../api.js';
import { faultOfError, faultsOfRefusal } from '../editor/faults-of.js';
import { functionNames } from '../editor/function-names.js';
import { LazyProgramEditor } from '../editor/lazy-program-editor.js';
import { faultText } from '../parts/fault-text.js';
import { Trouble } from '../parts/trouble.js';

interface RetryPanelProps {
  readonly job: Job;
  readonly onClose: () => void;
}

export function RetryPanel({ job, onClose }: RetryPanelProps) {
  const [program, setProgram] = useState(job.spec.program);
  const [refusal, setRefusal] = useState<unknown>();
  const first = useMemo(() => (job.error === null ? [] : [faultOfError(job.error)]), [job.error]);
  const refused = useMemo(() => faultsOfRefusal(refusal), [refusal]);
  const retry = () => {
    setRefusal(undefined);
    api.retry(job.job_id, changesOf(job.spec.program, program)).then(onClose, setRefusal);
  };
  const isChanged = JSON.stringify(program) !== JSON.stringify(job.spec.program);
  return (
    <section className="card retry" aria-label="Retry">
      <h2>Retry</h2>
      <p className="quiet">
        Correct the program, or leave it as it is. Tasks that are committed are not run again if they would be the same.
      </p>
      <LazyProgramEditor program={program} onChange={setProgram} faults={refusal === undefined ? first : refused} />
      <Trouble message={refusal === undefined ? undefined : faultText(refusal)} />
      <p className="actions">
        <button type="button" className="primary" onClick={retry}>
          {isChanged ? 'Retry with these changes' : 'Retry as it is'}
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </p>
    </section>
  );
}

/** What is not named stays as it was. */
function changesOf(before: ProgramSource, after: ProgramSource): RetryRequest {
  if (after.form === 'module') {
    const isSame = before.form === 'module' && before.program === after.program;
    return isSame ? {} : { program: after.program };
  }
  if (before.form === 'module') return {};
  const changed = functionNames.filter(name => after[name] !== before[name]);
  return Object.fromEntries(changed.map(name => [name, after[name]]));
}
