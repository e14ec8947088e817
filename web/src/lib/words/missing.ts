// The words of pages that there are not, and of pages and parts of pages that could not be fetched.
export const words = {
  noSuchPage: 'This page does not exist. The link may be old, or you may lack the right to see it.',
  noSuchPageTitle: 'Page not found',
  otherOrganization: 'If it belongs to another of your organizations, switch to that one at the top left.',
  broke: 'This page stopped working.',
  page: 'This page could not be opened.',
  upgraded:
    'The hub was upgraded since this page was opened, and has no such part any more. Reload it to go on.',
};
