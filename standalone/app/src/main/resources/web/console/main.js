import { ask, forget, Refused, remember, token } from './api.js';
import { showContracts } from './contracts.js';
import { showChannels, showConnections, showShed } from './lists.js';
import { showTraces } from './trace.js';
import { Way } from './way.js';

const EVERY_MS = 2000;
const byId = (id) => document.getElementById(id);

const way = new Way(byId('way'));
let before;
let timer;
/** Counts the tokens that were entered: an answer to an earlier one is for nobody. */
let turn = 0;

function tell(state, words) {
  byId('state').dataset.state = state;
  byId('state').textContent = words;
}

function fail(words) {
  byId('failure').textContent = words;
  byId('failure').hidden = words === '';
}

/** Shows the form; nothing of the last token stays on the page. */
function askForToken(words = '') {
  turn++;
  clearTimeout(timer);
  before = undefined;
  forget();
  fail(words);
  tell('off', '');
  way.clear();
  for (const id of ['channels', 'connections', 'shed', 'contracts', 'traces', 'trace-words', 'tenant']) {
    byId(id).replaceChildren();
  }
  byId('console').hidden = byId('who').hidden = byId('leave').hidden = true;
  byId('enter').hidden = false;
  byId('token').value = '';
  byId('token').focus();
}

/** Says what went wrong; a token that is refused is asked for anew. */
function failed(problem) {
  if (problem instanceof Refused && (problem.status === 401 || problem.status === 403)) {
    askForToken(`${problem.status}: ${problem.message}`);
  } else {
    tell('away', `${problem.message}. Asking again…`);
  }
}

async function poll() {
  const mine = turn;
  // Nobody looks at a hidden page, so nothing is asked for it.
  if (document.visibilityState === 'visible') {
    try {
      const state = await ask('state');
      if (mine !== turn) {
        return;
      }
      show(state);
    } catch (problem) {
      if (mine !== turn) {
        return;
      }
      failed(problem);
    }
  }
  if (mine === turn) {
    timer = setTimeout(poll, EVERY_MS);
  }
}

function show(state) {
  byId('console').hidden = byId('who').hidden = byId('leave').hidden = false;
  byId('enter').hidden = true;
  fail('');
  byId('tenant').textContent = state.tenant;
  tell(state.kafka.away ? 'away' : 'live', state.kafka.away ? 'Kafka does not answer' : 'live');
  way.show(state, before);
  showShed(byId('shed'), state);
  if (!state.gatewayBusy) {
    showChannels(byId('channels'), byId('channels-count'), state, before);
    showConnections(byId('connections'), byId('connections-count'), state);
    before = state;
  }
}

async function open() {
  turn++;
  clearTimeout(timer);
  const mine = turn;
  tell('wait', 'asking…');
  try {
    const { contracts } = await ask('contracts');
    if (mine === turn) {
      showContracts(byId('contracts'), contracts);
      await poll();
    }
  } catch (problem) {
    if (mine === turn) {
      failed(problem);
      if (token() !== null) {
        timer = setTimeout(open, EVERY_MS);
      }
    }
  }
}

byId('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  remember(byId('token').value.trim());
  byId('token').value = '';
  open();
});
byId('leave').addEventListener('click', () => askForToken());
byId('trace').addEventListener('submit', async (event) => {
  event.preventDefault();
  const mine = turn;
  byId('trace-words').textContent = 'Reading the topics…';
  byId('traces').replaceChildren();
  try {
    const found = await ask(`trace?of=${encodeURIComponent(byId('of').value.trim())}`);
    if (mine === turn) {
      showTraces(byId('traces'), byId('trace-words'), found);
    }
  } catch (problem) {
    if (mine === turn) {
      byId('trace-words').textContent = problem.message;
    }
  }
});

// A fragment is not sent to the server; it is taken out of the address before anything else is.
const given = /^#token=(.+)$/.exec(location.hash);
if (given) {
  remember(decodeURIComponent(given[1]));
  history.replaceState(null, '', location.pathname);
}
if (token() === null) {
  askForToken();
} else {
  open();
}
