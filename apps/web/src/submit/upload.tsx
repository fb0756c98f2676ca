/** Uploads a file from the reader's machine, and shows how far it is. */
import { useEffect, useRef, useState } from 'react';
import { useStore } from '../live/store.js';
import { faultText } from '../parts/fault-text.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { Trouble } from '../parts/trouble.js';
import { sessionKeeper } from '../session/session-keeper.js';
import { ownDirectory } from './own-directory.js';
import { sendFile } from './send-file.js';

export function Upload({ onUploaded }: { readonly onUploaded: (path: string) => void }) {
  const { session } = useStore(sessionKeeper.state);
  const [share, setShare] = useState<number>();
  const [trouble, setTrouble] = useState<string>();
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);
  const upload = async (file: File) => {
    if (session === undefined) return;
    const path = `${ownDirectory(session)}${file.name}`;
    leaving.current = new AbortController();
    setTrouble(undefined);
    setShare(0);
    try {
      await sendFile(path, file, { signal: leaving.current.signal, onProgress: setShare });
      onUploaded(path);
    } catch (error) {
      if (!leaving.current.signal.aborted) setTrouble(faultText(error));
    } finally {
      setShare(undefined);
    }
  };
  return (
    <>
      <label className="field">
        Upload a file
        <input
          type="file"
          disabled={share !== undefined}
          onChange={event => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file !== undefined) void upload(file);
          }}
        />
      </label>
      {share === undefined ? null : (
        <p className="actions">
          <ProgressBar label="Upload" share={share} />
          <button type="button" onClick={() => leaving.current?.abort()}>
            Stop
          </button>
        </p>
      )}
      <Trouble message={trouble} />
    </>
  );
}
