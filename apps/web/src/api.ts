/** The API that served this page. */
import { GridmrClient } from '@gridmr/client';

export const api = new GridmrClient({ baseUrl: window.location.origin });
