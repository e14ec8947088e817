// The words of pages and parts of pages that could not be fetched.
export const words = {
  page: 'This page could not be opened.',
  upgraded:
    'The hub was upgraded since this page was opened, and has no such part any more. Reload it to go on.',
};
