import { describeSandbox } from './conformance.js';
import { openOnKeptGuest, openOnQuickJs } from './quickjs-opener.js';

describeSandbox('the QuickJS sandbox', openOnQuickJs);
describeSandbox('the QuickJS sandbox in the instance of the attempt before', openOnKeptGuest);
