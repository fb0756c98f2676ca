/** Writes a job: an example or an earlier job to begin with, the program and its preview side by side, then off it goes. */
import type { JobSpec } from '@gridmr/contracts';
import { type FormEvent, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { api } from '../api.js';
import { faultOfError, faultsOfRefusal } from '../editor/faults-of.js';
import { ProgramEditor, type ProgramFault } from '../editor/program-editor.js';
import { faultText } from '../parts/fault-text.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';
import { useMayChange } from '../session/session-keeper.js';
import { blankDraft, type Draft, draftOfSpec, requestOf } from './draft.js';
import { DraftForm } from './draft-form.js';
import { ExampleChoice } from './example-choice.js';
import { PreviewPanel } from './preview-panel.js';
import { type PreviewState, usePreview } from './use-preview.js';

export function SubmitPage() {
  const from = new URLSearchParams(useSearch()).get('from');
  const mayChange = useMayChange();
  if (!mayChange) return <p>This key reads everything, and submits nothing.</p>;
  return from === null ? <Written key="new" start={blankDraft} /> : <Resubmitted key={from} jobId={from} />;
}

function Resubmitted({ jobId }: { readonly jobId: string }) {
  const { answer, trouble } = useReading(signal => api.job(jobId, { signal }), jobId);
  if (answer === undefined) return <Trouble message={trouble} />;
  return <Written start={draftOf(answer.spec)} />;
}

const draftOf = (spec: JobSpec) => draftOfSpec(spec);

function Written({ start }: { readonly start: Draft }) {
  const [draft, setDraft] = useState(start);
  const [sample, setSample] = useState('');
  const [refusal, setRefusal] = useState<unknown>();
  const [isChoosing, setChoosing] = useState(false);
  const [, go] = useLocation();
  const preview = usePreview(draft, sample);
  const faults = useMemo(() => faultsToShow(preview, refusal), [preview, refusal]);
  const change = (next: Draft) => {
    setRefusal(undefined);
    setDraft(next);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRefusal(undefined);
    try {
      const { job_id } = await api.submit(requestOf(draft));
      go(`/jobs/${job_id}`);
    } catch (error) {
      setRefusal(error);
    }
  };
  return (
    <>
      <h1>Submit a job</h1>
      <ExampleChoice onChoose={change} onChoosing={setChoosing} />
      <form className="submit" onSubmit={event => void submit(event)}>
        <div className="card">
          <DraftForm draft={draft} onChange={change} />
          <h3>Program</h3>
          <ProgramEditor program={draft.program} faults={faults} onChange={program => change({ ...draft, program })} />
          <Trouble message={refusal === undefined ? undefined : faultText(refusal)} />
          <p className="actions">
            <button type="submit" className="primary" disabled={isChoosing}>
              Submit
            </button>
          </p>
        </div>
        <PreviewPanel state={preview} sample={sample} onSample={setSample} />
      </form>
    </>
  );
}

function faultsToShow({ preview, refusal: unpreviewed }: PreviewState, refusal: unknown): readonly ProgramFault[] {
  if (refusal !== undefined) return faultsOfRefusal(refusal);
  if (unpreviewed !== undefined) return faultsOfRefusal(unpreviewed);
  if (preview === undefined) return [];
  const warnings = preview.warnings.map(
    ({ message, function: name }): ProgramFault => ({
      line: undefined,
      column: undefined,
      message,
      severity: 'warning',
      function: name,
    }),
  );
  return [...preview.errors.items.filter(({ line }) => line !== undefined).map(faultOfError), ...warnings];
}
