/** Asks for an API key. The key goes to the API once, which gives the browser a session; no script keeps it. */
import { type FormEvent, useState } from 'react';
import { faultText } from '../parts/fault-text.js';
import { Trouble } from '../parts/trouble.js';
import { sessionKeeper } from './session-keeper.js';

export function LoginPage() {
  const [trouble, setTrouble] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key') ?? '');
    setAsking(true);
    setTrouble(undefined);
    sessionKeeper
      .signIn(key)
      .catch(error => setTrouble(faultText(error)))
      .finally(() => setAsking(false));
  };
  return (
    <form className="card login" onSubmit={submit}>
      <h1>Sign in</h1>
      <label className="field">
        API key
        <input name="key" type="password" autoComplete="current-password" required />
      </label>
      <p className="quiet">Whoever runs this GridMR gives you one. It is exchanged for a session of 12 hours.</p>
      <button type="submit" className="primary" disabled={isAsking}>
        Sign in
      </button>
      <Trouble message={trouble} />
    </form>
  );
}
