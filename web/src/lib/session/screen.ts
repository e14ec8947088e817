// Which pages fill the whole screen, without the header and a project's tabs: those where a task is labeled.
export function fillsScreen(pathname: string): boolean {
  return /^\/projects\/[^/]+\/(label|tasks\/[^/]+)\/?$/.test(pathname);
}
