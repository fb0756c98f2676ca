/** What came of the sample: results first, then what led to them, and what looks wrong. */
import type { Preview } from '@gridmr/contracts';
import { useState } from 'react';
import { bytesText, countText } from '../parts/amounts.js';
import { faultText } from '../parts/fault-text.js';
import { PairTable } from '../parts/pair-table.js';
import { Trouble } from '../parts/trouble.js';
import type { PreviewState } from './use-preview.js';

interface PreviewPanelProps {
  readonly state: PreviewState;
  readonly sample: string;
  readonly onSample: (sample: string) => void;
}

export function PreviewPanel({
  state: { preview, refusal, isAsking, isMissing },
  sample,
  onSample,
}: PreviewPanelProps) {
  return (
    <section className="card preview" aria-label="Preview" aria-busy={isAsking}>
      <h2>Preview</h2>
      <details>
        <summary>On text of your own instead of the input</summary>
        <textarea
          aria-label="Sample text"
          value={sample}
          rows={4}
          maxLength={100_000}
          onChange={event => onSample(event.target.value)}
        />
      </details>
      {isMissing ? <p className="quiet">This server makes no previews. Submit the job to see its result.</p> : null}
      <Trouble message={refusal === undefined || isMissing ? undefined : faultText(refusal)} />
      {preview === undefined ? (
        <Idle isShown={refusal === undefined} isAsking={isAsking} />
      ) : (
        <Previewed preview={preview} />
      )}
    </section>
  );
}

function Idle({ isShown, isAsking }: { readonly isShown: boolean; readonly isAsking: boolean }) {
  if (!isShown) return null;
  return (
    <p className="quiet">
      {isAsking ? 'Trying…' : 'Choose an input, and see here what the program makes of its beginning.'}
    </p>
  );
}

const views = ['results', 'pairs', 'counters', 'log'] as const;
type View = (typeof views)[number];

const viewNames: Readonly<Record<View, string>> = {
  results: 'Results',
  pairs: 'Pairs that map emits',
  counters: 'Counters',
  log: 'Log',
};

function Previewed({ preview }: { readonly preview: Preview }) {
  const [view, setView] = useState<View>('results');
  const { sample, seconds, errors, warnings } = preview;
  return (
    <>
      <p className="quiet">
        {countText(sample.records)} records, {bytesText(sample.bytes)}
        {sample.complete ? ', the whole input' : ', the beginning of the input'}, in {seconds.toFixed(2)} s
      </p>
      <Findings errors={errors} warnings={warnings} />
      <fieldset className="views">
        <legend className="unseen">What to show</legend>
        {views.map(each => (
          <label key={each} className={each === view ? 'chosen' : undefined}>
            <input type="radio" name="view" checked={each === view} onChange={() => setView(each)} /> {viewNames[each]}
          </label>
        ))}
      </fieldset>
      <PreviewView preview={preview} view={view} />
    </>
  );
}

function Findings({ errors, warnings }: Pick<Preview, 'errors' | 'warnings'>) {
  return (
    <ul className="findings" aria-live="polite">
      {errors.items.map(({ code, message, line, record }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: errors have no name
        <li key={i} className="finding-error">
          <strong>{code}</strong> {message}
          {line === undefined ? '' : ` (line ${line})`}
          {record === undefined ? null : <code className="finding-record">{record}</code>}
        </li>
      ))}
      {errors.total > errors.items.length ? <li>{errors.total - errors.items.length} more errors</li> : null}
      {warnings.map(({ code, message, expected, actual }) => (
        <li key={code + message} className="finding-warning">
          <strong>{code.replaceAll('_', ' ')}</strong> {message}
          {expected === undefined || actual === undefined ? null : (
            <span className="quiet">
              {' '}
              Expected <code>{expected}</code>, got <code>{actual}</code>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function PreviewView({ preview, view }: { readonly preview: Preview; readonly view: View }) {
  if (view === 'results' || view === 'pairs') {
    const { items, total } = preview[view];
    return <PairTable pairs={items} total={total} />;
  }
  if (view === 'log')
    return preview.logs.length === 0 ? <p className="quiet">Nothing.</p> : <pre>{preview.logs.join('\n')}</pre>;
  const { user, ...own } = preview.counters;
  const counted = Object.entries({ ...own, ...user }).filter(([, value]) => value !== 0);
  return <pre>{counted.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>;
}
