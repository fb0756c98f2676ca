/** Who is signed in, and the way out. Nothing while the API asks nobody for a key. */
import type { Session } from '@gridmr/contracts';
import { sessionKeeper } from './session-keeper.js';

export function WhoAmI({ session }: { readonly session: Session }) {
  if (session.authentication === 'off') return null;
  return (
    <p className="who">
      <span>
        {session.client_id} <span className="quiet">({session.role})</span>
      </span>
      <button type="button" onClick={() => void sessionKeeper.signOut()}>
        Sign out
      </button>
    </p>
  );
}
