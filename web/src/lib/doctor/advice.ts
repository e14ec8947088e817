// What to do about a cause, as a person in a browser does it: in the storage's own sheet, and at no command line.
import type { Check } from '$lib/api/types';
import { causeOfDoctor, type Cause } from '$lib/thumbnails/cause';
import { words } from '$lib/words/doctor';

/** What is mended, or looked into, where the storage is. */
const OF_STORAGE = new Set<Cause | undefined>(['role', 'openRole', 'keys']);

/** Where only a test of the whole storage tells more, the hub names the command that makes one. */
const tellsToTest = (fix: Check['fix']): boolean => /\binsitu storage test\b/.test(fix?.text ?? '');

/** The check with what somebody who may mend storages, or may not, can do about it here. */
export function adviseHere(check: Check, mayMend: boolean): Check {
  const { code, fix } = check;
  if (!tellsToTest(fix)) return check;
  const tell = causeOfDoctor(code) === 'openRole' ? words.mendRole : words.testStorage;
  return { ...check, fix: { ...fix, text: tell(mayMend) } };
}

/** Whether the storage's sheet is the place to go to. */
export function leadsToStorage({ code, fix }: Pick<Check, 'code' | 'fix'>): boolean {
  return OF_STORAGE.has(causeOfDoctor(code)) || tellsToTest(fix);
}
