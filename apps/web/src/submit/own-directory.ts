/** Where what the reader uploads goes: users have a directory of their own. */
import { type Session, usersDirectory } from '@gridmr/contracts';

export function ownDirectory({ role, client_id }: Session): string {
  return role === 'user' ? `${usersDirectory}/${client_id}/` : '';
}
