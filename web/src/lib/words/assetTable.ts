// The words of the assets as a table.
export const words = {
  columns: {
    select: 'Selected',
    picture: 'Picture',
    externalId: 'External ID',
    address: 'Address',
    storage: 'Storage',
    batches: 'Batches',
    stage: 'Stage',
    tasks: 'Labels',
    completed: 'Completed',
    duration: 'Duration',
    size: 'Size in px',
    imported: 'Imported',
  },
  sortBy: (column: string) => `Sort by ${column}`,
  sortByCompletion: 'Show what is complete, sorted by when',
  selectAllLoaded: 'Select all that are loaded',
};
