/** Ready jobs, each with an input that is uploaded by the click that chooses it. */
import { useState } from 'react';
import { api } from '../api.js';
import { useStore } from '../live/store.js';
import { faultText } from '../parts/fault-text.js';
import { Trouble } from '../parts/trouble.js';
import { sessionKeeper } from '../session/session-keeper.js';
import { type Draft, draftOfExample } from './draft.js';
import { type Example, examples } from './examples.js';
import { ownDirectory } from './own-directory.js';

interface ExampleChoiceProps {
  readonly onChoose: (draft: Draft) => void;
  /** Whether one is on its way: nothing can be submitted until it is there. */
  readonly onChoosing: (isChoosing: boolean) => void;
}

export function ExampleChoice({ onChoose, onChoosing }: ExampleChoiceProps) {
  const { session } = useStore(sessionKeeper.state);
  const [trouble, setTrouble] = useState<string>();
  if (session === undefined) return null;
  const choose = async (example: Example) => {
    const own = (path: string) => `${ownDirectory(session)}${path}`;
    setTrouble(undefined);
    onChoosing(true);
    try {
      for (const { path, content } of example.files) await api.files.upload(own(path), content);
      onChoose(draftOfExample(example, example.inputs.map(own)));
    } catch (error) {
      setTrouble(faultText(error));
    } finally {
      onChoosing(false);
    }
  };
  return (
    <section aria-label="Examples" className="examples">
      <h2>Begin with an example</h2>
      <ul>
        {examples.map(example => (
          <li key={example.name}>
            <button type="button" onClick={() => void choose(example)}>
              <strong>{example.name}</strong>
              <span className="quiet">{example.idea}</span>
            </button>
          </li>
        ))}
      </ul>
      <Trouble message={trouble} />
    </section>
  );
}
