import { describeSandbox } from './conformance.js';
import { openOnQuickJs } from './quickjs-opener.js';

describeSandbox('the QuickJS sandbox', openOnQuickJs);
