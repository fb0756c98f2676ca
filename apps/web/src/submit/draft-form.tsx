/** The settings of a job that is being written. */
import {
  inputFormatSchema,
  languageSchema,
  onRecordErrorSchema,
  outputFormatSchema,
  prioritySchema,
} from '@gridmr/contracts';
import type { ReactNode } from 'react';
import type { Draft } from './draft.js';
import { FilePicker } from './file-picker.js';

interface DraftFormProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

const recordErrorTexts = { fail: 'the job fails', skip: 'it is skipped' } as const;

export function DraftForm({ draft, onChange }: DraftFormProps) {
  const set = <Name extends keyof Draft>(name: Name, value: Draft[Name]) => onChange({ ...draft, [name]: value });
  return (
    <>
      <label className="field">
        Name
        <input value={draft.name} required maxLength={128} onChange={event => set('name', event.target.value)} />
      </label>
      <FilePicker inputs={draft.inputs} onChange={inputs => set('inputs', inputs)} />
      <div className="fields">
        <Choice
          label="A record is"
          value={draft.inputFormat}
          options={inputFormatSchema.options}
          onChange={value => set('inputFormat', value)}
        />
        <Field label="Reduce tasks">
          <input
            type="number"
            min={0}
            max={10_000}
            value={draft.reducers}
            onChange={event => set('reducers', event.target.value)}
          />
        </Field>
      </div>
      <details>
        <summary>More settings</summary>
        <div className="fields">
          <Choice
            label="Language"
            value={draft.language}
            options={languageSchema.options}
            onChange={value => set('language', value)}
          />
          <Choice
            label="Output"
            value={draft.outputFormat}
            options={outputFormatSchema.options}
            onChange={value => set('outputFormat', value)}
          />
          <Choice
            label="Priority"
            value={draft.priority}
            options={prioritySchema.options}
            onChange={value => set('priority', value)}
          />
          <Choice
            label="If map fails on a record"
            value={draft.onRecordError}
            options={onRecordErrorSchema.options}
            texts={recordErrorTexts}
            onChange={value => set('onRecordError', value)}
          />
          <Field label="Split size in MB">
            <input
              type="number"
              min={0}
              step="any"
              value={draft.splitSizeMb}
              onChange={event => set('splitSizeMb', event.target.value)}
            />
          </Field>
          <Field label="Parameters (JSON), seen as ctx.params">
            <input value={draft.parameters} onChange={event => set('parameters', event.target.value)} />
          </Field>
        </div>
      </details>
    </>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="field">
      {label}
      {children}
    </label>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Value[];
  readonly texts?: Readonly<Record<Value, string>>;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, options, texts, onChange }: ChoiceProps<Value>) {
  return (
    <Field label={label}>
      <select
        value={value}
        onChange={event => {
          const chosen = options.find(option => option === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {options.map(option => (
          <option key={option} value={option}>
            {texts?.[option] ?? option.replace('_', ' ')}
          </option>
        ))}
      </select>
    </Field>
  );
}
