/** The input of a job: chosen among the files that are there, uploaded, or typed as a pattern. */
import type { StoredFile } from '@gridmr/contracts';
import { useState } from 'react';
import { api } from '../api.js';
import { bytesText } from '../parts/amounts.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';
import { Upload } from './upload.js';

const shownFiles = 100;

interface FilePickerProps {
  readonly inputs: readonly string[];
  readonly onChange: (inputs: readonly string[]) => void;
}

export function FilePicker({ inputs, onChange }: FilePickerProps) {
  const [prefix, setPrefix] = useState('');
  const [uploads, setUploads] = useState(0);
  const read = (signal: AbortSignal) => api.files.list({ prefix, limit: shownFiles }, { signal });
  const { answer, trouble } = useReading(read, `${prefix} ${uploads}`);
  const add = (path: string) => {
    if (!inputs.includes(path)) onChange([...inputs, path]);
  };
  const toggle = (path: string) => (inputs.includes(path) ? onChange(inputs.filter(each => each !== path)) : add(path));
  return (
    <fieldset className="files">
      <legend>Input</legend>
      <label className="field">
        Files, directories or patterns, separated by commas
        <input
          value={inputs.join(', ')}
          placeholder="logs/*.gz"
          onChange={event => onChange(typed(event.target.value))}
        />
      </label>
      <details>
        <summary>Choose among the files that are there, or upload one</summary>
        <label className="field">
          Path begins with
          <input type="search" value={prefix} onChange={event => setPrefix(event.target.value)} />
        </label>
        <Trouble message={trouble} />
        <FileList files={answer?.items ?? []} inputs={inputs} onToggle={toggle} />
        {answer?.next_cursor ? <p className="quiet">There are more: say how the path begins.</p> : null}
        <Upload
          onUploaded={path => {
            add(path);
            setUploads(uploads + 1);
          }}
        />
      </details>
    </fieldset>
  );
}

function typed(text: string): string[] {
  if (text === '') return [];
  return text.split(',').map((part, i) => (i === 0 ? part.trim() : part.trimStart()));
}

interface FileListProps {
  readonly files: readonly StoredFile[];
  readonly inputs: readonly string[];
  readonly onToggle: (path: string) => void;
}

function FileList({ files, inputs, onToggle }: FileListProps) {
  if (files.length === 0) return <p className="quiet">No file is there.</p>;
  return (
    <ul className="file-list">
      {files.map(({ path, bytes }) => (
        <li key={path}>
          <label>
            <input type="checkbox" checked={inputs.includes(path)} onChange={() => onToggle(path)} /> {path}{' '}
            <span className="quiet">{bytesText(bytes)}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}
