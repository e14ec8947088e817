// Which tasks the tabs of this browser have open, so that no tab sends what another one is working on.
const PREFIX = 'insitu.task.';

/** Says that this tab has a task open, until the returned function is called or the tab is gone. */
export function hold(task: string): () => void {
  // Browsers give locks to secure pages only; elsewhere the hub's revisions alone keep two tabs apart.
  if (!navigator.locks) return () => {};
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  navigator.locks.request(PREFIX + task, () => held).catch(() => {});
  return release;
}

export async function isHeld(task: string): Promise<boolean> {
  if (!navigator.locks) return false;
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === PREFIX + task);
}
