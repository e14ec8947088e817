import { expect, it, vi } from 'vitest';
import { hearOtherTabs, tellOtherTabs } from './elsewhere';

it('tells the other tabs and not this one, whether or not it listens', async () => {
  const other = new BroadcastChannel('insitu.session');
  const told = vi.fn();
  other.onmessage = told;
  const act = vi.fn();
  const heard = () => act.mock.calls.map(([event]) => event.data);
  const stop = hearOtherTabs(act);
  tellOtherTabs();
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
  other.postMessage('from elsewhere');
  await vi.waitFor(() => expect(heard()).toContain('from elsewhere'));
  expect(heard()).toEqual(['from elsewhere']);
  stop();
  tellOtherTabs();
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
  other.close();
});
