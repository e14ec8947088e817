// Where this page may fetch from was settled when it was opened. What the organization gained since, a storage or a list
// with other hosts, the browser refuses until the page is opened again: at once where nobody is in the middle of
// something, with the next page otherwise.
import { sendings } from '$lib/imports/sendings.svelte';
import { m } from '$lib/messages';
import { fillsScreen } from '$lib/session/screen';
import { toasts } from '$ui/toasts.svelte';

const REOPENED = 'insitu-reopened-at';
/** A host that stays refused is no reason to open the page again and again. */
const AGAIN_AFTER_MS = 30_000;

let outdated = false;
let told = false;

/** The next page is opened anew, once nothing is being sent any more that this would cut off. */
export function reachMore() {
  outdated = true;
}

export function isOutdated(): boolean {
  return outdated && sendings.running.length === 0;
}

/** What the browser refused: a fetch or a picture outside of what the page may reach. */
export function refused(event: Pick<SecurityPolicyViolationEvent, 'effectiveDirective' | 'blockedURI'>) {
  if (!['connect-src', 'img-src'].includes(event.effectiveDirective)) return;
  reachMore();
  if (isIdle() && !reopenedLately()) {
    sessionStorage.setItem(REOPENED, String(Date.now()));
    location.reload();
  } else if (!told) {
    told = true;
    const action = { label: m.errors.reload, run: () => location.reload() };
    toasts.show({ tone: 'info', text: m.errors.outdated(hostOf(event.blockedURI)), action });
  }
}

function isIdle(): boolean {
  const { activeElement } = document;
  const types = activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement;
  const sends = sendings.running.length > 0;
  return !types && !sends && !document.querySelector('[role="dialog"]') && !fillsScreen(location.pathname);
}

function reopenedLately(): boolean {
  return Date.now() - Number(sessionStorage.getItem(REOPENED) ?? 0) < AGAIN_AFTER_MS;
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : uri;
}
